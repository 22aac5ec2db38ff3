/** RFC 8949, as far as authenticators speak it (CTAP2 §8): definite lengths, keys that are numbers or texts. */
export type CborValue =
  | number
  | string
  | boolean
  | null
  | undefined
  | Uint8Array
  | readonly CborValue[]
  | ReadonlyMap<number | string, CborValue>

/** Deepest nesting: CTAP2 §8 has authenticators stay within four. */
const DEPTH_MAX = 4

/** It is no CBOR, or more than authenticators speak. */
export class CborError extends Error {}

/**
 * Reads the one item at `start`; gives it with where it ends. A length costs nothing before as many bytes have been found
 * behind it. Throws CborError.
 */
export function readCbor(bytes: Uint8Array, start = 0): { readonly value: CborValue; readonly end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = start

  const take = (count: number): number => {
    if (count > bytes.length - at) throw new CborError('it ends early')
    const from = at
    at += count
    return from
  }

  const argument = (info: number): number => {
    if (info < 24) return info
    if (info === 24) return view.getUint8(take(1))
    if (info === 25) return view.getUint16(take(2))
    if (info === 26) return view.getUint32(take(4))
    if (info !== 27) throw new CborError('its length is not given')
    const number = view.getBigUint64(take(8))
    if (number > BigInt(Number.MAX_SAFE_INTEGER)) throw new CborError('a number is too large')
    return Number(number)
  }

  const simple = (info: number): boolean | null | undefined => {
    if (info === 20 || info === 21) return info === 21
    if (info === 22) return null
    if (info === 23) return undefined
    throw new CborError('a float, or a simple value that means nothing here')
  }

  const map = (count: number, depth: number): ReadonlyMap<number | string, CborValue> => {
    const entries = new Map<number | string, CborValue>()
    for (let left = count; left > 0; left--) {
      const key = item(depth)
      if (typeof key !== 'number' && typeof key !== 'string') throw new CborError('a key is neither number nor text')
      if (entries.has(key)) throw new CborError('a key stands twice')
      entries.set(key, item(depth))
    }
    return entries
  }

  const item = (depth: number): CborValue => {
    if (depth > DEPTH_MAX) throw new CborError('it is nested too deeply')
    const head = view.getUint8(take(1))
    const info = head & 0x1f
    switch (head >> 5) {
      case 0:
        return argument(info)
      case 1:
        return -1 - argument(info)
      case 2: {
        const from = take(argument(info))
        return bytes.slice(from, at)
      }
      case 3: {
        const from = take(argument(info))
        return utf8(bytes.subarray(from, at))
      }
      case 4: {
        const items: CborValue[] = []
        for (let left = argument(info); left > 0; left--) items.push(item(depth + 1))
        return items
      }
      case 5:
        return map(argument(info), depth + 1)
      case 7:
        return simple(info)
      default:
        throw new CborError('a tag')
    }
  }

  const value = item(0)
  return { value, end: at }
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new CborError('a text is no UTF-8', { cause })
  }
}
