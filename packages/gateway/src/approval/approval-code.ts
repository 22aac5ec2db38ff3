/** Crockford's letters: none that is taken for another, and 32 of them, so that five bits are one. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 40 bits: short enough to compare by eye. They open nothing by themselves. */
const CODE_LETTERS = 8
const CODE = /^[0-9A-HJKMNP-TV-Z]{8}$/

/** A code that terminal and browser both show: `K7QP-3MXD`. */
export function makeApprovalCode(randomBytes: (size: number) => Uint8Array): string {
  const letters = [...randomBytes(CODE_LETTERS)].map((byte) => LETTERS.charAt(byte & 31))
  return grouped(letters.join(''))
}

/** Reads a code as people write it: case and dashes do not matter, nor does O for 0. Undefined for what is none. */
export function readApprovalCode(text: string): string | undefined {
  const letters = text.replaceAll(/[\s-]/g, '').toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  return CODE.test(letters) ? grouped(letters) : undefined
}

function grouped(letters: string): string {
  return `${letters.slice(0, CODE_LETTERS / 2)}-${letters.slice(CODE_LETTERS / 2)}`
}
