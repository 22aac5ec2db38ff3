/**
 * `node --expose-gc measure-policy.ts '{"rules":10,"targets":100,"users":100}'`: measures one size of policy in a process
 * of its own, so that the memory is that of this one, and prints the figures as JSON.
 */
import { compilePolicy, decide, parsePolicy, reachable, withChanges } from '@sallyport/policy'
import { quantile } from '../measure/statistics.ts'
import { type Sizes, syntheticPolicy } from './synthetic-policy.ts'

/** What one size of policy costs. */
export interface PolicyFigures {
  readonly loadMs: number
  readonly textBytes: number
  /** Heap and array buffers for policy and index, after load and after every user has asked. */
  readonly loadedBytes: number
  readonly usedBytes: number
  /** Nanoseconds, by how it was decided, and for the first question of each user. */
  readonly allow: readonly [p50: number, p99: number]
  readonly deny: readonly [p50: number, p99: number]
  readonly first: readonly [p50: number, p99: number]
  /** Microseconds for one target with other tags, as `withChanges` has it. */
  readonly updateUs: number
  /** Milliseconds until it is known which of all targets one user reaches. */
  readonly reachMs: number
}

/** Questions before the first that counts: a gateway runs for months. */
const WARM_UP = 20_000
const QUESTIONS = 200_000
const UPDATES = 1000
const REACHES = 5

const sizes = JSON.parse(process.argv[2] ?? '{}') as Sizes
console.log(JSON.stringify(measure(sizes)))

function measure({ rules, targets, users }: Sizes): PolicyFigures {
  // The code is warm, as in a gateway that takes a new policy; the facts are not the policy's memory.
  const small = syntheticPolicy({ rules: 100, targets: 100, users: 100 })
  const warm = compiledOf(small)
  for (let number = 0; number < WARM_UP; number++) decide(warm, small.query(number))
  const synthetic = syntheticPolicy({ rules, targets, users })
  const before = heapBytes()
  const start = performance.now()
  let compiled = compiledOf(synthetic)
  const loadMs = performance.now() - start
  const loadedBytes = heapBytes() - before
  const times = { allow: [] as number[], deny: [] as number[], first: [] as number[] }
  const seen = new Set<string>()
  for (let number = 0; number < QUESTIONS; number++) {
    const query = synthetic.query(number)
    const from = process.hrtime.bigint()
    const { verdict } = decide(compiled, query)
    const took = Number(process.hrtime.bigint() - from)
    if (seen.has(query.user.name)) times[verdict].push(took)
    else times.first.push(took)
    seen.add(query.user.name)
  }
  const usedBytes = heapBytes() - before
  const changes = Array.from({ length: UPDATES }, (_, number) => synthetic.retagged(number * 7))
  const updateStart = performance.now()
  for (const changed of changes) compiled = withChanges(compiled, { targets: { set: [changed] } })
  const updateUs = ((performance.now() - updateStart) / UPDATES) * 1000
  const reachStart = performance.now()
  for (let number = 0; number < REACHES; number++) {
    const { user, source, attributes } = synthetic.query(number)
    reachable(compiled, user, synthetic.directory.targets, {
      ...(source && { source }),
      ...(attributes && { attributes }),
    })
  }
  const reachMs = (performance.now() - reachStart) / REACHES
  const [allow, deny, first] = [times.allow, times.deny, times.first].map(ends)
  if (allow === undefined || deny === undefined || first === undefined) throw new Error('nothing was measured')
  const textBytes = synthetic.text.length
  return { loadMs, textBytes, loadedBytes, usedBytes, allow, deny, first, updateUs, reachMs }
}

function compiledOf({ text, directory }: ReturnType<typeof syntheticPolicy>): ReturnType<typeof compilePolicy> {
  const parsed = parsePolicy(text)
  if (!parsed.ok) throw new Error(parsed.diagnostics[0]?.message)
  return compilePolicy(parsed.policy, directory)
}

function ends(times: readonly number[]): readonly [number, number] {
  return [quantile(times, 0.5), quantile(times, 0.99)]
}

function heapBytes(): number {
  if (gc === undefined) throw new Error('start node with --expose-gc')
  gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
