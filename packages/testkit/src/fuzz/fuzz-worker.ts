/** A thread that fuzzes one target: it instruments the code it loads, and shows its present input to the watchdog. */
import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { SeededRandom } from '../seeded-random.ts'
import { corpusPath, crashPath, readCorpus } from './corpus-file.ts'
import { fuzzLoop } from './fuzz-loop.ts'
import { type FuzzAnswer, type FuzzJob, PROGRESS_HEADER_BYTES } from './fuzz-protocol.ts'
import type { FuzzTarget } from './fuzz-target.ts'
import { COUNTERS_GLOBAL, CoverageMap, instrument } from './instrument.ts'

const OURS = /\/packages\/(?!testkit\/)[^/]+\/src\/.*\.ts$/
/** Libraries that read for us what peers send. */
const READERS =
  /\/node_modules\/(?:@simplewebauthn\/server\/esm|@levischuck\/tiny-cbor\/esm|oauth4webapi\/build)\/.*\.js$/

const job = workerData as FuzzJob
const map = new CoverageMap()
Object.assign(globalThis, { [COUNTERS_GLOBAL]: map.counters })

registerHooks({
  load(url, context, nextLoad) {
    const ours = OURS.test(url) && !/\.(test|fuzz)\.ts$/.test(url)
    if (!ours && !READERS.test(url)) return nextLoad(url, context)
    const source = readFileSync(fileURLToPath(url), 'utf8')
    const script = ours ? stripTypeScriptTypes(source) : source
    return { format: 'module', source: instrument(script, map), shortCircuit: true }
  },
})

const module = (await import(pathToFileURL(job.file).href)) as { fuzzTargets: readonly FuzzTarget[] }
const target = module.fuzzTargets.find(({ name }) => name === job.targetName)
if (target === undefined) throw new Error(`no target ${job.targetName} in ${job.file}`)

const numbers = new Uint32Array(job.progress, 0, 2)
const shown = new Uint8Array(job.progress, PROGRESS_HEADER_BYTES)
const result = await fuzzLoop(target, map, {
  corpus: [...readCorpus(crashPath(target.name)), ...readCorpus(corpusPath(target.name))],
  random: new SeededRandom(job.seed),
  budgetMs: job.budgetMs,
  ...(job.maxExecutions === undefined ? {} : { maxExecutions: job.maxExecutions }),
  onInput(input) {
    shown.set(input.subarray(0, shown.length))
    numbers[1] = Math.min(input.length, shown.length)
    numbers[0] = (numbers[0] ?? 0) + 1
  },
})
const { crash, ...rest } = result
const answer: FuzzAnswer = {
  ...rest,
  places: map.used,
  ...(crash === undefined
    ? {}
    : {
        crash: {
          input: crash.input,
          error: crash.error instanceof Error ? (crash.error.stack ?? '') : String(crash.error),
        },
      }),
}
parentPort?.postMessage(answer)
