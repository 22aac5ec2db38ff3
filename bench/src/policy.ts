import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { PolicyFigures } from './policy/measure-policy.ts'
import type { Sizes } from './policy/synthetic-policy.ts'
import type { Row } from './report.ts'

const WHOLE: Sizes = { rules: 10_000, targets: 100_000, users: 10_000 }
const SIZES: readonly Sizes[] = [
  { rules: 10, targets: 100_000, users: 10_000 },
  { rules: 100, targets: 100_000, users: 10_000 },
  { rules: 1000, targets: 100_000, users: 10_000 },
  WHOLE,
  { rules: 10_000, targets: 10_000, users: 10_000 },
  { rules: 10_000, targets: 1000, users: 10_000 },
  { rules: 10_000, targets: 100, users: 10_000 },
]
const LOAD_BAR_MS = 2000
const DECIDE_BAR_US = 20
const MEASURE = fileURLToPath(new URL('policy/measure-policy.ts', import.meta.url))

/** What a policy costs as it grows from 10 to 10,000 rules and from 100 to 100,000 targets; a process for each size. */
export async function benchPolicy(options: { readonly log: (line: string) => void }): Promise<Row[]> {
  const rows: Row[] = []
  for (const sizes of SIZES) {
    const { rules, targets, users } = sizes
    const name = `${rules} rules, ${targets} targets, ${users} users`
    const run = promisify(execFile)
    const { stdout } = await run(process.execPath, ['--expose-gc', MEASURE, JSON.stringify(sizes)])
    options.log(`policy: ${name}`)
    rows.push(...rowsOf(name, JSON.parse(stdout) as PolicyFigures))
  }
  return rows
}

function rowsOf(name: string, figures: PolicyFigures): readonly Row[] {
  const row = (measure: string, unit: string, ours: number, bar?: number): Row => ({
    bench: 'policy',
    case: name,
    measure,
    unit,
    ours,
    ...(bar === undefined ? {} : { bar }),
  })
  const decides = (['allow', 'deny'] as const).flatMap((verdict) => {
    const [p50, p99] = figures[verdict]
    return [
      row(`decide, ${verdict}, p50`, 'µs', p50 / 1000, DECIDE_BAR_US),
      row(`decide, ${verdict}, p99`, 'µs', p99 / 1000, DECIDE_BAR_US),
    ]
  })
  return [
    row('load', 'ms', figures.loadMs, LOAD_BAR_MS),
    ...decides,
    row('decide, first of a user, p50', 'µs', figures.first[0] / 1000, DECIDE_BAR_US),
    row('decide, first of a user, p99', 'µs', figures.first[1] / 1000),
    row('one target retagged', 'µs', figures.updateUs),
    row('what one user reaches', 'ms', figures.reachMs),
    row('memory, loaded', 'MB', figures.loadedBytes / 1e6),
    row('memory, every user seen', 'MB', figures.usedBytes / 1e6),
    row('text', 'MB', figures.textBytes / 1e6),
  ]
}
