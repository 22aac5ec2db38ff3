/** `npm test [PATTERN…]`: unit, property and real-peer tests of every package, on the pinned Node. */
import { spawnSync } from 'node:child_process'
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

ensureDebianPackages(TEST_PACKAGES)
const patterns = process.argv.slice(2)
const { status } = spawnSync(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--test',
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    `--test-concurrency=${AT_ONCE}`,
    ...(patterns.length > 0 ? patterns : DEFAULT_PATTERNS),
  ],
  { stdio: 'inherit' },
)
process.exitCode = status ?? 1
