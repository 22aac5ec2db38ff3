/** Poly1305 as RFC 8439 §2.5 writes it down, for the tests: slow, and not constant in time. */
export function poly1305Twin(key: Uint8Array, data: Uint8Array): Uint8Array {
  const prime = (1n << 130n) - 5n
  const r = littleEndian(key.subarray(0, 16)) & 0x0ffffffc_0ffffffc_0ffffffc_0fffffffn
  const s = littleEndian(key.subarray(16, 32))
  let sum = 0n
  for (let i = 0; i < data.length; i += 16) {
    const block = data.subarray(i, i + 16)
    sum = ((sum + littleEndian(block) + (1n << BigInt(8 * block.length))) * r) % prime
  }
  let tag = sum + s
  return Uint8Array.from({ length: 16 }, () => {
    const byte = Number(tag & 0xffn)
    tag >>= 8n
    return byte
  })
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}
