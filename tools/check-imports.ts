/**
 * Checks who imports whom: packages only down the tiers, protocol cores without I/O, the layers inside
 * `packages/ssh`, and the golden graph in docs/import-graph.txt (`--write` remakes it, so that a new edge
 * is a line in a diff).
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { posix } from 'node:path'
import { type Import, importsOf, isTestFile, sourceFiles } from './imports.ts'

const GRAPH = 'docs/import-graph.txt'

/** What the product's code in a package may import of the others. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  wire: [],
  model: [],
  ssh: ['wire'],
  policy: ['model'],
  identity: ['model', 'ssh'],
  audit: ['model', 'wire'],
  store: ['model'],
  api: ['model'],
  gateway: ['wire', 'model', 'ssh', 'policy', 'identity', 'audit', 'store', 'api'],
  cli: ['api', 'model', 'ssh', 'gateway', 'audit', 'wire'],
  web: ['api', 'model'],
  testkit: ['wire'],
}

/** Packages whose code, or the part outside `io/`, may use of Node only what is listed: nothing that opens, reads or waits. */
const PURE: Readonly<Record<string, readonly string[]>> = {
  wire: [],
  model: [],
  ssh: ['node:crypto', 'node:diagnostics_channel'],
  policy: [],
  audit: ['node:crypto'],
  api: [],
}

/** Where those packages keep their sockets, timers and files. */
const ADAPTER = /\/src\/(io|testing)\/|^packages\/api\/src\/unix-transport\.ts$/

/** Inside packages/ssh: a folder may import itself and these. */
const SSH_LAYERS: Readonly<Record<string, readonly string[]>> = {
  messages: [],
  keys: ['messages'],
  crypto: ['messages', 'keys'],
  transport: ['messages', 'keys', 'crypto'],
  auth: ['messages', 'keys', 'crypto', 'transport'],
  connection: ['messages', 'keys', 'crypto', 'transport'],
  io: ['messages', 'keys', 'crypto', 'transport', 'auth', 'connection'],
  testing: ['messages', 'keys', 'crypto', 'transport', 'auth', 'connection', 'io'],
}

const problems: string[] = []
const edges = new Map<string, Set<string>>()

for (const file of sourceFiles()) {
  for (const found of importsOf(file)) {
    checkPackageEdge(found)
    checkPurity(found)
    checkSshLayer(found)
  }
}
checkGraph()

for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? 'imports: as declared' : `imports: ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1

function packageOf(file: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(file)?.[1]
}

function importedPackage(specifier: string): string | undefined {
  if (specifier === 'sallyport') return 'cli'
  return /^@sallyport\/([^/]+)/.exec(specifier)?.[1]
}

function report(found: Import, what: string): void {
  problems.push(`${found.file}:${found.line}: ${what}`)
}

function checkPackageEdge(found: Import): void {
  const from = packageOf(found.file)
  if (found.specifier.startsWith('.')) {
    const target = posix.normalize(posix.join(posix.dirname(found.file), found.specifier))
    const home = from === undefined ? found.file.split('/')[0] : `packages/${from}`
    if (!target.startsWith(`${home}/`)) report(found, `reaches into another package: ${found.specifier}`)
    if (!/\.(tsx?|json|css)$/.test(found.specifier)) report(found, `lacks its .ts ending: ${found.specifier}`)
    return
  }
  const to = importedPackage(found.specifier)
  if (to === undefined || from === undefined || to === from || isTestFile(found.file)) return
  const known = edges.get(from) ?? new Set()
  edges.set(from, known.add(to))
  if (!(ALLOWED[from] ?? []).includes(to)) report(found, `${from} may not import ${to}`)
}

function checkPurity(found: Import): void {
  const from = packageOf(found.file)
  const allowed = from === undefined ? undefined : PURE[from]
  if (allowed === undefined || !found.specifier.startsWith('node:') || isTestFile(found.file)) return
  if (ADAPTER.test(found.file)) return
  if (!allowed.includes(found.specifier)) report(found, `${found.specifier} in a part that does no I/O`)
}

function checkSshLayer(found: Import): void {
  const from = /^packages\/ssh\/src\/([^/]+)\//.exec(found.file)?.[1]
  if (from === undefined || !found.specifier.startsWith('.') || isTestFile(found.file)) return
  const target = posix.normalize(posix.join(posix.dirname(found.file), found.specifier))
  const to = /^packages\/ssh\/src\/([^/]+)\//.exec(target)?.[1]
  if (to === undefined || to === from) return
  if (!(SSH_LAYERS[from] ?? []).includes(to)) report(found, `ssh/${from} may not import ssh/${to}`)
}

function checkGraph(): void {
  const lines = Object.keys(ALLOWED)
    .sort()
    .map((name) => `${name} -> ${[...(edges.get(name) ?? [])].sort().join(' ')}`.trimEnd())
  const graph = `${lines.join('\n')}\n`
  if (process.argv.includes('--write')) {
    writeFileSync(GRAPH, graph)
    return
  }
  const golden = readFileSync(GRAPH, 'utf8')
  if (golden !== graph)
    problems.push(`${GRAPH} is not what the code does; remake it: node tools/check-imports.ts --write\n${graph}`)
}
