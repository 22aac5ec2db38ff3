// Writes the tables of docs/capabilities.md from those that the policy is read with, so that the page cannot fall behind.
import { readFileSync, writeFileSync } from 'node:fs'
import { CAPABILITIES, capabilityTable } from '@sallyport/policy'

const page = new URL('../docs/capabilities.md', import.meta.url)
let text = readFileSync(page, 'utf8')
for (const name of CAPABILITIES.keys()) {
  const start = text.indexOf('\n| key |', text.indexOf(`\n## ${name}\n`)) + 1
  const end = text.indexOf('\n\n', start) + 1
  if (start === 0 || end === 0) throw new Error(`docs/capabilities.md has no table under "## ${name}"`)
  text = text.slice(0, start) + capabilityTable(name) + text.slice(end)
}
writeFileSync(page, text)
