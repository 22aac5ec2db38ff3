/** A line of an ssh_config or sshd_config. */
export interface ConfigLine {
  /** In lower case; empty for a line that says nothing. */
  readonly keyword: string
  readonly words: readonly string[]
  /** What follows the keyword, as it stands. */
  readonly rest: string
}

/**
 * Takes a line of an ssh_config or sshd_config apart as OpenSSH's parser does: `Keyword value`, `Keyword=value`, words in `"` or `'`,
 * backslashes before quotes, spaces and themselves; a `#` where a word would begin ends the line.
 */
export function splitConfigLine(line: string): ConfigLine {
  const bare = line.trim()
  const match = /^([^\s=#"']+)(?:\s*=\s*|\s+|$)/.exec(bare)
  if (match === null) return { keyword: '', words: [], rest: '' }
  const [head, keyword = ''] = match
  const rest = bare.slice(head.length)
  return { keyword: keyword.toLowerCase(), words: splitWords(rest), rest }
}

function splitWords(text: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    const next = text.charAt(i + 1)
    if (char === '\\' && (next === '\\' || next === '"' || next === "'" || (quote === '' && next === ' '))) {
      word = (word ?? '') + next
      i++
    } else if (quote !== '') {
      if (char === quote) quote = ''
      else word += char
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (char === ' ' || char === '\t') {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (char === '#' && word === undefined) break
    else word = (word ?? '') + char
  }
  if (word !== undefined) words.push(word)
  return words
}
