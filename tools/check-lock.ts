/**
 * Checks package-lock.json, since no audit service can be asked here: every entry has its integrity, none names a
 * registry host, licences are on the list, and no package outside `allowScripts` runs code at install.
 */
import { readFileSync } from 'node:fs'

interface Entry {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly license?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly hasInstallScript?: boolean
}

const LICENCES = new Set(
  '0BSD,Apache-2.0,BSD-2-Clause,BSD-3-Clause,BlueOak-1.0.0,ISC,MIT,MIT OR Apache-2.0,MIT-0,Unlicense'.split(','),
)
/** Packages whose manifest says its licence in the old array form, which the lock file does not carry; read by hand. */
const LICENCE_BY_HAND: Readonly<Record<string, string>> = { ssh2: 'MIT', 'cpu-features': 'MIT', buildcheck: 'MIT' }
/** Of tools alone, which nothing we ship is made of: a file of theirs that we changed would have to be published. */
const TOOL_LICENCES = new Set(['MPL-2.0'])
/** Packages that may be installed in all, with tools, test peers and the binaries of every platform, so that growth is a decision. */
const PACKAGE_BUDGET = 320

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Entry> }
const { allowScripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { allowScripts: Record<string, boolean> }
const problems: string[] = []
let count = 0

for (const [path, entry] of Object.entries(lock.packages)) {
  if (!path.startsWith('node_modules/') || entry.link === true) continue
  count++
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  if (entry.integrity === undefined) problems.push(`${name}: no integrity`)
  if (entry.resolved !== undefined) problems.push(`${name}: names a registry host`)
  const licence = entry.license ?? LICENCE_BY_HAND[name] ?? 'unknown'
  const isTool = entry.dev === true || entry.devOptional === true
  if (!LICENCES.has(licence) && !(isTool && TOOL_LICENCES.has(licence)))
    problems.push(`${name}: licence ${licence} is not on the list`)
  if (entry.hasInstallScript === true && !(name in allowScripts))
    problems.push(`${name}: has an install script that allowScripts does not decide`)
}
if (count > PACKAGE_BUDGET) problems.push(`${count} packages, budget ${PACKAGE_BUDGET}`)
for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? `lock file: ${count} packages in order` : `lock file: ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
