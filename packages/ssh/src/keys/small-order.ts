import { copyBytes } from '@sallyport/wire'

/*
 * The y coordinates (little-endian, sign bit clear) of Ed25519's points whose order divides 8, and the two
 * encodings of such a y that are not reduced modulo p = 2^255 - 19. A signature under such a key can be made
 * by anybody, for some of them over every message (V-A26). The tests show that each is what this says.
 */
const ZERO_BYTES = '00'.repeat(31)
const ONES = 'ff'.repeat(30)
const SMALL_ORDER_Y: ReadonlySet<string> = new Set([
  `00${ZERO_BYTES}`, // 0: order 4
  `01${ZERO_BYTES}`, // 1: the neutral element
  `ec${ONES}7f`, // p - 1: order 2
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', // order 8
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', // order 8
  `ed${ONES}7f`, // p, read as 0
  `ee${ONES}7f`, // p + 1, read as 1
])

/** Whether a 32-byte Ed25519 public key lies in the small subgroup, whatever its sign bit. */
export function isSmallOrderEd25519(point: Uint8Array): boolean {
  const y = copyBytes(point)
  const last = y.length - 1
  y[last] = (y[last] ?? 0) & 0x7f
  return SMALL_ORDER_Y.has(y.toHex())
}
