import { FAMILY_BITS, formatIpAddress } from './ip-address.ts'
import type { IpRange } from './ip-range.ts'

/** The fewest prefixes that hold a range's addresses and no others, each with its length: `192.0.2.0/24`. */
export function prefixesOf({ family, first, last }: IpRange): readonly string[] {
  const bits = FAMILY_BITS[family]
  const texts: string[] = []
  let next = first
  while (next <= last) {
    // The largest block that begins here, then as much smaller as fits.
    let free = next === 0n ? bits : (next & -next).toString(2).length - 1
    while (next + (1n << BigInt(free)) - 1n > last) free--
    texts.push(`${formatIpAddress({ family, value: next })}/${bits - free}`)
    next += 1n << BigInt(free)
  }
  return texts
}
