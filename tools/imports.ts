/** Reads which module imports what, by text: enough for `check-imports`, and no compiler API is needed. */
import { globSync, readFileSync } from 'node:fs'

export interface Import {
  /** Path of the importing file from the root. */
  readonly file: string
  readonly specifier: string
  readonly line: number
}

const STATEMENT =
  /(?:^|\n)\s*(?:import|export)\s+(?:type\s+)?(?:[^'"`;]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|\brequire\(\s*'([^']+)'\s*\)/g

/** Every TypeScript source of the workspaces, from the root, sorted. */
export function sourceFiles(): string[] {
  const files = globSync(['packages/*/{src,test}/**/*.{ts,tsx}', 'bench/src/**/*.ts', 'e2e/**/*.ts', 'tools/**/*.ts'], {
    exclude: (name) => name === 'node_modules',
  })
  return files.filter((file) => !file.includes('node_modules')).sort()
}

/** The imports and re-exports of one file. */
export function importsOf(file: string): Import[] {
  const text = withoutComments(readFileSync(file, 'utf8'))
  const found: Import[] = []
  for (const match of text.matchAll(STATEMENT)) {
    const specifier = match[1] ?? match[2] ?? match[3]
    if (specifier === undefined) continue
    const line = text.slice(0, match.index + match[0].indexOf(specifier)).split('\n').length
    found.push({ file, specifier, line })
  }
  return found
}

/** Blanks out comments, keeping line numbers. Comment signs inside strings are left alone only in `'//'`-free lines, which is enough here. */
function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
    .replaceAll(
      /(^|[\s;{}(])\/\/[^\n]*/g,
      (comment, before: string) => before + ' '.repeat(comment.length - before.length),
    )
}

/** Tests, and what only tests and tools run. */
export function isTestFile(file: string): boolean {
  return /\.(test|fuzz)\.ts$/.test(file) || /^packages\/[^/]+\/test\//.test(file) || /^(e2e|bench|tools)\//.test(file)
}
