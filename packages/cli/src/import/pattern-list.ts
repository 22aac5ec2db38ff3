/** How a name stands to OpenSSH's list of patterns (ssh_config(5), PATTERNS): `excluded` by one that begins with `!`. */
export type PatternMatch = 'matches' | 'excluded' | 'misses'

/** A name must match one pattern and no negated one. */
export function matchPatternList(patterns: readonly string[], name: string): PatternMatch {
  let found: PatternMatch = 'misses'
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!')
    if (!matchPattern(negated ? pattern.slice(1) : pattern, name)) continue
    if (negated) return 'excluded'
    found = 'matches'
  }
  return found
}

export function inPatternList(patterns: readonly string[], name: string): boolean {
  return matchPatternList(patterns, name) === 'matches'
}

/** Whether a pattern means one name only. */
export function isPlainPattern(pattern: string): boolean {
  return !/[*?]/.test(pattern)
}

/** `*` and `?` as a shell has them, without going back further than the last `*`: no pattern takes long. */
export function matchPattern(pattern: string, name: string): boolean {
  let star = -1
  let resume = 0
  let p = 0
  for (let n = 0; n < name.length; ) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++
      resume = n
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++
      n++
    } else if (star !== -1) {
      p = star + 1
      n = ++resume
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
