/** Turns what follows it round, or holds it apart: with one in it, a name can look like another. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** What a person is called: as they wrote it, or by their login where they gave no name. */
export function personText(name: string, login: string): string {
  const shown = name.replaceAll(TURNING, '').trim()
  return shown === '' ? login : shown
}
