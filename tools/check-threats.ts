/**
 * Holds docs/threats.md against the tests, in both directions: every row has its tests or says until when it cannot apply,
 * every id that a test's name begins with is a row, and the files named are those that have such tests. `--write` puts the
 * files in.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'

const DOCUMENT = 'docs/threats.md'
const ID = String.raw`(?:V-[A-Z]\d{2}|R\d{2})`
/** The beginning of a test's name: an opening quote and one or more ids. */
const NAME = new RegExp(String.raw`['"\x60]((?:${ID}\b[ ,:]*)+)`, 'g')
/** Sections that are complete, and their number of rows: a row cannot get lost together with its tests. */
const COMPLETE: Readonly<Record<string, number>> = { A: 27, B: 21, C: 10, D: 18, E: 18, F: 12, I: 10 }
const POSTPONED = /not applicable (?:to [\w-]+ )?until /i

const tested = new Map<string, Set<string>>()
for (const file of globSync(['packages/*/{src,test}/**/*.test.ts', 'e2e/**/*.test.ts', 'tools/**/*.test.ts']).sort()) {
  for (const [, ids = ''] of readFileSync(file, 'utf8').matchAll(NAME)) {
    for (const id of ids.match(new RegExp(ID, 'g')) ?? []) {
      const files = tested.get(id) ?? new Set()
      tested.set(id, files.add(file))
    }
  }
}

const problems: string[] = []
const rows = new Set<string>()
const lines = readFileSync(DOCUMENT, 'utf8')
  .split('\n')
  .map((line) => {
    const cells = line.split('|')
    const id = cells[1]?.trim() ?? ''
    if (!new RegExp(`^${ID}$`).test(id)) return line
    if (rows.has(id)) problems.push(`${DOCUMENT}: ${id} has two rows`)
    rows.add(id)
    const files = [...(tested.get(id) ?? [])].map((file) => `\`${file}\``).join(', ')
    if (files === '' && !POSTPONED.test(line))
      problems.push(`${DOCUMENT}: ${id} has no test, and does not say until when it cannot apply`)
    const row = [...cells.slice(0, -2), files === '' ? ' ' : ` ${files} `, ''].join('|')
    if (row !== line && !process.argv.includes('--write'))
      problems.push(
        `${DOCUMENT}: the tests of ${id} are ${files === '' ? 'none' : files} (mend: node tools/check-threats.ts --write)`,
      )
    return row
  })
for (const [id, files] of tested)
  if (!rows.has(id)) problems.push(`${[...files].join(', ')}: ${id} has no row in ${DOCUMENT}`)
for (const [section, count] of Object.entries(COMPLETE))
  for (let number = 1; number <= count; number++) {
    const id = `V-${section}${String(number).padStart(2, '0')}`
    if (!rows.has(id)) problems.push(`${DOCUMENT}: ${id} is missing`)
  }

if (process.argv.includes('--write')) writeFileSync(DOCUMENT, lines.join('\n'))
for (const problem of problems) console.error(problem)
console.log(
  problems.length === 0 ? `threats: ${rows.size} rows and their tests agree` : `threats: ${problems.length} problems`,
)
process.exitCode = problems.length === 0 ? 0 : 1
