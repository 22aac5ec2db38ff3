/** Longest text that is taken for a public key, in characters: the gateway's own bound. */
export const KEY_TEXT_MAX = 16_384

/**
 * What is wrong with a text for a public key that can be seen before it is sent; undefined where nothing is. Whether it is
 * a good key the gateway says. A private key must not leave this machine.
 */
export function keyTextProblem(text: string): string | undefined {
  if (/PRIVATE KEY/.test(text) || text.trimStart().startsWith('PuTTY-User-Key-File'))
    return 'This is a private key: it stays with you. Take the file beside it that ends in .pub'
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines.length > 1) return `One key at a time: these are ${lines.length} lines`
  if (text.trim().length > KEY_TEXT_MAX) return 'This is too long for a public key'
  return undefined
}
