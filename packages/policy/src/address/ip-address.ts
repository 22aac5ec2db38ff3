/** An IP address as a number; IPv4-mapped IPv6 (`::ffff:a.b.c.d`) is always held as IPv4. */
export interface IpAddress {
  readonly family: 4 | 6
  /** 32 bits for family 4, 128 for family 6. */
  readonly value: bigint
}

export const FAMILY_BITS = { 4: 32, 6: 128 } as const

/** `::ffff:0:0/96` shifted to the right by 32 bits (RFC 4291 §2.5.5.2). */
const MAPPED_HIGH_BITS = 0xffffn
/** Longest text of an address: `ffff:…:255.255.255.255`. */
const TEXT_MAX = 45
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const HEX_GROUP = /^[0-9a-f]{1,4}$/i

/**
 * Reads an address in its strict text form: four decimal bytes without leading zeros, or RFC 4291 §2.2 with optional
 * `::` and dotted tail. No zones, ports, brackets, octal, hexadecimal or short forms: those are how filters are fooled.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (text.length > TEXT_MAX) return undefined
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

/** Canonical text: dotted decimal, or RFC 5952. */
export function formatIpAddress(address: IpAddress): string {
  return address.family === 4 ? formatIpv4(address.value) : formatIpv6(address.value)
}

/** One form for one address: an IPv4-mapped value becomes IPv4. */
export function normaliseIpAddress(address: IpAddress): IpAddress {
  if (address.family === 4 || address.value >> 32n !== MAPPED_HIGH_BITS) return address
  return { family: 4, value: address.value & 0xffffffffn }
}

function parseIpv4(text: string): IpAddress | undefined {
  const value = dottedValue(text)
  return value === undefined ? undefined : { family: 4, value: BigInt(value) }
}

/** Reads byte for byte without making texts of them: every decision begins here. */
function dottedValue(text: string): number | undefined {
  let value = 0
  let byte = -1
  let dots = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === DOT) {
      if (byte < 0) return undefined
      value = value * 256 + byte
      byte = -1
      dots++
    } else if (code >= ZERO && code <= NINE && byte !== 0) {
      byte = (byte < 0 ? 0 : byte * 10) + code - ZERO
      if (byte > 255) return undefined
    } else return undefined
  }
  return dots === 3 && byte >= 0 ? value * 256 + byte : undefined
}

function parseIpv6(text: string): IpAddress | undefined {
  const halves = text.split('::', 3)
  if (halves.length > 2) return undefined
  const [head = '', tail] = halves
  // A dotted part may stand only at the very end of the address.
  const before = groups(head, tail === undefined)
  const after = tail === undefined ? [] : groups(tail, true)
  if (before === undefined || after === undefined) return undefined
  const missing = 8 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const all = [...before, ...Array<number>(missing).fill(0), ...after]
  let value = 0n
  for (const group of all) value = (value << 16n) | BigInt(group)
  return normaliseIpAddress({ family: 6, value })
}

function groups(text: string, dottedTail: boolean): number[] | undefined {
  if (text === '') return []
  const parts = text.split(':', 9)
  const numbers: number[] = []
  for (const [index, part] of parts.entries()) {
    if (dottedTail && index === parts.length - 1 && part.includes('.')) {
      const dotted = dottedValue(part)
      if (dotted === undefined) return undefined
      numbers.push(Math.floor(dotted / 0x10000), dotted % 0x10000)
    } else if (HEX_GROUP.test(part)) numbers.push(Number.parseInt(part, 16))
    else return undefined
  }
  return numbers
}

function formatIpv4(value: bigint): string {
  const bits = Number(value)
  return [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255].join('.')
}

function formatIpv6(value: bigint): string {
  const all: number[] = []
  for (let shift = 112n; shift >= 0n; shift -= 16n) all.push(Number((value >> shift) & 0xffffn))
  const run = longestZeroRun(all)
  const hex = (numbers: readonly number[]): string => numbers.map((group) => group.toString(16)).join(':')
  if (run.length < 2) return hex(all)
  return `${hex(all.slice(0, run.start))}::${hex(all.slice(run.start + run.length))}`
}

function longestZeroRun(all: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let start = 0
  for (const [index, group] of all.entries()) {
    if (group !== 0) start = index + 1
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start }
  }
  return best
}
