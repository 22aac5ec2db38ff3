import { concatBytes } from '@sallyport/wire'
import type { SeededRandom } from '../seeded-random.ts'

/** Values at which lengths and counts break. */
const EDGES_32 = [0, 1, 2, 4, 7, 8, 15, 16, 31, 32, 33, 127, 128, 255, 256, 1023, 1024, 32768, 35000, 65535, 65536, 262144, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff] // biome-ignore format: one table
const EDGES_8 = [
  0, 1, 2, 5, 6, 7, 20, 21, 30, 31, 50, 51, 52, 53, 60, 61, 63, 79, 80, 81, 82, 90, 93, 94, 98, 100, 127, 128, 192, 193,
  255,
]
const MOST_STEPS = 5
const LONGEST_BLOCK = 256

/** A new input made from one, now and then with another's help, by one to five small changes. */
export function mutate(
  input: Uint8Array,
  other: Uint8Array,
  dictionary: readonly Uint8Array[],
  random: SeededRandom,
  maxBytes: number,
): Uint8Array {
  let bytes = Uint8Array.from(input)
  for (let steps = 1 + random.below(MOST_STEPS); steps > 0; steps--) bytes = step(bytes, other, dictionary, random)
  return bytes.length > maxBytes ? bytes.slice(0, maxBytes) : bytes
}

function step(
  bytes: Uint8Array<ArrayBuffer>,
  other: Uint8Array,
  dictionary: readonly Uint8Array[],
  random: SeededRandom,
): Uint8Array<ArrayBuffer> {
  const at = bytes.length === 0 ? 0 : random.below(bytes.length)
  switch (random.below(11)) {
    case 0: // one bit
      if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
      return bytes
    case 1: // any byte
      if (bytes.length > 0) bytes[at] = random.below(256)
      return bytes
    case 2: // a telling byte
      if (bytes.length > 0) bytes[at] = random.pick(EDGES_8)
      return bytes
    case 3: // a telling length
      return putU32(bytes, at, random.pick(EDGES_32))
    case 4: // a length that is nearly right
      return putU32(bytes, at, Math.max(0, bytes.length - at - 4 + random.below(9) - 4))
    case 5: // remove
      return join(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(LONGEST_BLOCK)))
    case 6: // repeat
      return join(bytes.subarray(0, at), bytes.subarray(at, at + 1 + random.below(LONGEST_BLOCK)), bytes.subarray(at))
    case 7: // insert noise
      return join(bytes.subarray(0, at), random.bytes(1 + random.below(16)), bytes.subarray(at))
    case 8: {
      // insert a word, with its length before it half of the time
      if (dictionary.length === 0) return bytes
      const word = random.pick(dictionary)
      const framed = random.below(2) === 0 ? word : concatBytes(u32(word.length), word)
      return join(bytes.subarray(0, at), framed, bytes.subarray(random.below(2) === 0 ? at : at + framed.length))
    }
    case 9: // go on as another input
      return join(bytes.subarray(0, at), other.subarray(other.length === 0 ? 0 : random.below(other.length)))
    default: // another input behind
      return join(bytes, other)
  }
}

function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(concatBytes(...parts))
}

function u32(value: number): Uint8Array {
  return new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value])
}

function putU32(bytes: Uint8Array<ArrayBuffer>, at: number, value: number): Uint8Array<ArrayBuffer> {
  bytes.set(u32(value).subarray(0, Math.max(0, bytes.length - at)), at)
  return bytes
}
