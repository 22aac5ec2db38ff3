/** Checks sources by text for what no linter rule here names: each pattern is a past hole of this field, with its threat row. */
import { readFileSync } from 'node:fs'
import { isTestFile, sourceFiles } from './imports.ts'

interface Ban {
  readonly pattern: RegExp
  readonly why: string
  /** Files that may hold it, with the reason beside them. */
  readonly except?: RegExp
}

const BANS: readonly Ban[] = [
  { pattern: /\bMath\.random\b/, why: 'guessable (V-E04): take a random source as a parameter' },
  { pattern: /\bshell:\s*true\b/, why: 'peer text could reach a shell (V-B17)' },
  {
    pattern: /(?<![.\w])exec(?:Sync)?\(\s*[`'"]|\b(?:child_?process|cp)\.exec/i,
    why: 'runs a shell (V-B17): use execFile with an argument list',
  },
  {
    pattern: /\bimport\s*\{[^}]*\bexec(?:Sync)?\b[^}]*\}\s*from\s*'node:child_process'/,
    why: 'runs a shell (V-B17): use execFile',
  },
  { pattern: /\bnew Function\(|\beval\(/, why: 'runs text as code' },
  { pattern: /\b(?:TODO|FIXME|XXX)\b/, why: 'belongs in an issue' },
]

const problems: string[] = []
for (const file of sourceFiles()) {
  if (isTestFile(file)) continue
  const lines = readFileSync(file, 'utf8').split('\n')
  for (const [index, line] of lines.entries()) {
    for (const { pattern, why, except } of BANS) {
      if (pattern.test(line) && !except?.test(file)) problems.push(`${file}:${index + 1}: ${why}: ${line.trim()}`)
    }
  }
}
for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? 'sources: none of the banned patterns' : `sources: ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
