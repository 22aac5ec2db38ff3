/** Checks that every relative link and `path` named in the documents exists, so that a moved file takes its mentions along. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

const documents = globSync(['*.md', 'docs/**/*.md', 'packages/*/README.md', 'bench/*.md', 'e2e/*.md']).sort()
const problems: string[] = []

for (const document of documents) {
  const text = readFileSync(document, 'utf8').replaceAll(/```[\s\S]*?```/g, (block) => block.replaceAll(/[^\n]/g, ''))
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
