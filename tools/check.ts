/** `npm run check`: everything that can be said of the tree without running the product. All checks run, then the verdict. */
import { spawnSync } from 'node:child_process'

const CHECKS: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types', 'tsc', '-p', '.'],
  ['types of the console', 'tsc', '-p', 'packages/web'],
  ['lint', 'oxlint', '--type-aware'],
  ['format', 'biome', 'check', '.'],
  ['imports', process.execPath, 'tools/check-imports.ts'],
  ['sources', process.execPath, 'tools/check-sources.ts'],
  ['documents', process.execPath, 'tools/check-docs.ts'],
  ['threats', process.execPath, 'tools/check-threats.ts'],
  ['lock file', process.execPath, 'tools/check-lock.ts'],
]

const failed: string[] = []
for (const [name, command, ...args] of CHECKS) {
  const started = performance.now()
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' })
  if (error !== undefined) console.error(`${name}: ${error.message}`)
  if (status !== 0) failed.push(name)
  console.log(`${status === 0 ? '✓' : '✗'} ${name} (${Math.round(performance.now() - started)} ms)`)
}
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
