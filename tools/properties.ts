/**
 * `npm run properties [-- --minutes 10 --seed N FILE…]`: every property test again and again, each time with a seed that nobody
 * chose, until the time is over or one fails. `npm test` holds what is known with one seed; this looks for what is not.
 */
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } },
  allowPositionals: true,
})
const files = globSync(positionals.length > 0 ? positionals : 'packages/*/{src,test}/**/*.test.ts').filter((file) =>
  readFileSync(file, 'utf8').includes("from 'fast-check'"),
)
const end = Date.now() + Number(values.minutes) * 60_000
const counts = { passed: 0, failed: 0 }

do {
  const seed = values.seed ?? String(randomInt(2 ** 31))
  for (const file of files) {
    if (!passes(file, seed)) counts.failed++
    else counts.passed++
  }
  console.log(`seed ${seed}: ${files.length} files, ${counts.failed} failed`)
} while (values.seed === undefined && counts.failed === 0 && Date.now() < end)
console.log(`${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1

function passes(file: string, seed: string): boolean {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--import=./tools/property-seed.ts', '--test', file],
    { env: { ...process.env, PROPERTY_SEED: seed }, encoding: 'utf8', maxBuffer: 1 << 26 },
  )
  if (status === 0) return true
  console.log(stdout)
  console.log(`again: npm run properties -- --seed ${seed} ${file}`)
  return false
}
