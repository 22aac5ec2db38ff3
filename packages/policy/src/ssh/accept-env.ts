/** Longest name of an environment variable that is looked at: matching takes time for the name by the pattern. */
export const VARIABLE_NAME_MAX = 256

/** Whether a client may send an environment variable: one of the patterns matches the whole of its name. */
export function acceptsVariable(patterns: readonly string[], name: string): boolean {
  return name.length <= VARIABLE_NAME_MAX && patterns.some((pattern) => matches(pattern, name))
}

/** `*` stands for any number of characters, `?` for one. */
function matches(pattern: string, name: string): boolean {
  let at = 0
  let place = 0
  // Where the last `*` stands, and how much of the name it has taken: the only place worth coming back to.
  let star = -1
  let taken = 0
  while (place < name.length) {
    if (pattern[at] === '*') {
      star = at++
      taken = place
    } else if (pattern[at] === '?' || (at < pattern.length && pattern[at] === name[place])) {
      at++
      place++
    } else if (star >= 0) {
      at = star + 1
      place = ++taken
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}
