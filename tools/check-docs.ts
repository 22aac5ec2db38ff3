/**
 * Checks that every relative link and `path` named in the documents exists, so that a moved file takes its mentions along, and
 * that what is said of a command stands behind a `#`, so that its line can be pasted.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

const documents = globSync(['*.md', 'docs/**/*.md', 'packages/*/README.md', 'bench/*.md', 'e2e/*.md']).sort()
const problems: string[] = []

for (const document of documents) {
  const whole = readFileSync(document, 'utf8')
  for (const [line] of whole.matchAll(/^(?:npx )?sallyport .*$/gm))
    if (/^[^#]*?[^#\s] {2,}[^#\s]/.test(line))
      problems.push(`${document}: “${line}” cannot be pasted: put a # before what is said of it`)
  const text = whole.replaceAll(/```[\s\S]*?```/g, (block) => block.replaceAll(/[^\n]/g, ''))
  for (const match of text.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)) {
    const link = match[1] ?? ''
    if (/^[a-z]+:|^#/.test(link)) continue
    const path = normalize(join(dirname(document), link.replace(/#.*$/, '')))
    if (!existsSync(path)) problems.push(`${document}: link to ${link}, which is not there`)
  }
  for (const match of text.matchAll(/`((?:packages|docs|tools|bench|e2e)\/[\w./-]+\.(?:ts|md|txt|sql))`/g)) {
    const path = match[1] ?? ''
    if (!existsSync(path)) problems.push(`${document}: names ${path}, which is not there`)
  }
}
for (const problem of problems) console.error(problem)
console.log(
  problems.length === 0 ? `documents: links of ${documents.length} hold` : `documents: ${problems.length} problems`,
)
process.exitCode = problems.length === 0 ? 0 : 1
