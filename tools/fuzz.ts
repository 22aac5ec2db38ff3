/**
 * `npm run fuzz [-- --seconds 30 --executions N --target ssh/keys --write --seed N]`: coverage-guided fuzzing of every
 * `fuzzTargets` list, each for that time or so many inputs, whichever is over first.
 * A crash or a hang is printed with its input, added to the target's crashes file, and fails the run; `--write` keeps what
 * reached new code in the corpus.
 */
import { parseArgs } from 'node:util'
import { corpusPath, crashPath, type FuzzAnswer, readCorpus, superviseFuzz, writeCorpus } from '@sallyport/testkit/fuzz'
import { loadFuzzTargets } from './fuzz-targets.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    executions: { type: 'string', default: 'Infinity' },
    target: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
    write: { type: 'boolean', default: false },
    parallel: { type: 'string', default: '2' },
  },
})
/** Inputs longer than this are not kept: a corpus is read by people and by every test run. */
const KEEP_MAX_BYTES = 2048

const seed = Number(values.seed)
const queue = (await loadFuzzTargets()).filter(({ target }) => target.name.startsWith(values.target))
const total = queue.length
let executions = 0
let crashed = 0
console.log(`${total} targets, ${values.seconds} s each, seed ${seed}`)

async function work(): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { file, target } = next
    const answer = await superviseFuzz(file, target, {
      budgetMs: Number(values.seconds) * 1000,
      seed,
      maxExecutions: Number(values.executions),
    })
    executions += answer.executions
    report(target.name, answer)
    if (values.write && answer.crash === undefined) {
      writeCorpus(
        corpusPath(target.name),
        answer.corpus.filter((input) => input.length <= KEEP_MAX_BYTES),
      )
    }
  }
}

function report(name: string, answer: FuzzAnswer): void {
  const { crash } = answer
  console.log(
    `${crash === undefined ? '✓' : '✗'} ${name}: ${answer.executions} executions, ${answer.corpus.length} inputs, coverage ${answer.coverage} of ${answer.places} places`,
  )
  if (crash === undefined) return
  crashed++
  console.error(
    `  input ${Buffer.from(crash.input).toString('hex') || '(empty)'}\n  ${crash.error.replaceAll('\n', '\n  ')}`,
  )
  writeCorpus(crashPath(name), [...readCorpus(crashPath(name)), crash.input])
}

await Promise.all(Array.from({ length: Number(values.parallel) }, work))
console.log(`fuzz: ${executions} executions, ${total - crashed} passed, ${crashed} failed`)
process.exitCode = crashed === 0 ? 0 : 1
