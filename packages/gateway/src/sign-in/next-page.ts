/** Longest path that is gone on with, in characters. */
const NEXT_MAX = 2048
/** Any origin: only what stays in it is taken. */
const SOMEWHERE = 'https://gateway.invalid'

/**
 * A page of ours to go on with after signing in, from what a link says; `/` for everything else (V-E06). The answer begins
 * with one slash, is in the console, and has been through URL's own parser: nothing in it ends an attribute or a header.
 */
export function nextPage(text: string | undefined): string {
  if (text === undefined || text.length > NEXT_MAX || !text.startsWith('/')) return '/'
  // What browsers skip or turn into slashes.
  if (/[\\\p{C}\p{Z}]/u.test(text) || !URL.canParse(text, SOMEWHERE)) return '/'
  const { origin, pathname, search, hash } = new URL(text, SOMEWHERE)
  // Dots may go and leave two slashes.
  if (origin !== SOMEWHERE || pathname.startsWith('//')) return '/'
  if (/^\/(?:auth|v1)(?:\/|$)/i.test(pathname)) return '/'
  return pathname + search + hash
}
