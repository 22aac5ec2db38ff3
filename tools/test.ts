/** `npm test [PATTERN…]`: unit, property and real-peer tests of every package, on the pinned Node. */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { ensureDebianPackages, TEST_PACKAGES } from '@sallyport/testkit'

const DEFAULT_PATTERNS = [
  'packages/*/src/**/*.test.ts',
  'packages/*/test/**/*.test.ts',
  'e2e/**/*.test.ts',
  'tools/**/*.test.ts',
]
/** A test, or a file of them, that takes longer than this hangs; some take two minutes of a quiet machine. */
const TEST_TIMEOUT_MS = 600_000
/** Files at a time: the runner's own default is one on two cores, and much of a test is waiting for a peer or for a clock. */
const AT_ONCE = Math.max(2, availableParallelism() - 1)

/** These measure what a gateway does to others under attack, in milliseconds and megabytes: nothing runs beside them. */
const MEASURED_PATTERNS = ['e2e/threats/*.test.ts', 'packages/gateway/test/{mux,sign-in}.test.ts']

ensureDebianPackages(TEST_PACKAGES)
const patterns = process.argv.slice(2)
if (patterns.length > 0) run(patterns, AT_ONCE)
else {
  const measured = new Set(globSync(MEASURED_PATTERNS))
  run(
    globSync(DEFAULT_PATTERNS).filter((file) => !measured.has(file)),
    AT_ONCE,
  )
  run([...measured], 1)
}

function run(files: readonly string[], atOnce: number): void {
  const { status } = spawnSync(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--import=./tools/property-seed.ts',
      '--test',
      `--test-timeout=${TEST_TIMEOUT_MS}`,
      `--test-concurrency=${atOnce}`,
      ...files,
    ],
    { stdio: 'inherit' },
  )
  process.exitCode = Math.max(Number(process.exitCode ?? 0), status ?? 1)
}
