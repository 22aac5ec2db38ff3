/**
 * Edits of `~/.ssh/config` that touch one line and keep every other byte. Text is latin1 here, a character for each byte,
 * so that nothing is lost of a file in whatever encoding.
 */

/** The config with exactly one line that includes ours, first, where no Host or Match before it narrows it. */
export function withInclude(config: string, path: string): string {
  const line = `Include ${/\s/.test(path) ? `"${path}"` : path}`
  const lines = splitLines(config)
  const own = lines.filter((each) => isOurs(each, path))
  // As it should be already, or put among other first lines by its owner.
  if (own.length === 1 && lines.indexOf(own[0] ?? '') < firstBlock(lines)) return config
  const ending = config.includes('\r\n') ? '\r\n' : '\n'
  return `${line}${ending}${withoutInclude(config, path)}`
}

/** The config without the lines that include ours. */
export function withoutInclude(config: string, path: string): string {
  return splitLines(config)
    .filter((line) => !isOurs(line, path))
    .join('')
}

/** Lines with their ends; joined again they are the text. */
function splitLines(text: string): string[] {
  const lines: string[] = []
  let start = 0
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
    lines.push(text.slice(start, end + 1))
    start = end + 1
  }
  return start === text.length ? lines : [...lines, text.slice(start)]
}

/** Where the first Host or Match begins. */
function firstBlock(lines: readonly string[]): number {
  const at = lines.findIndex((line) => /^[ \t]*(?:host|match)[ \t="]/i.test(line))
  return at === -1 ? lines.length : at
}

/** Ours alone: a line that includes other files as well is its owner's. */
function isOurs(line: string, path: string): boolean {
  const value = /^[ \t]*include(?:[ \t]+|[ \t]*=[ \t]*)(.*)$/i.exec(line.replace(/\r?\n$/, ''))?.[1]?.trimEnd()
  return value === path || value === `"${path}"` || value === '~/.ssh/sallyport.conf' || value === 'sallyport.conf'
}
