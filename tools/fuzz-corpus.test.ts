import { test } from 'node:test'
import { corpusPath, crashPath, readCorpus } from '@sallyport/testkit/fuzz'
import { loadFuzzTargets } from './fuzz-targets.ts'

for (const { target } of await loadFuzzTargets()) {
  test(`${target.name} survives its corpus and every input that once crashed it`, async () => {
    for (const input of [
      ...target.seeds,
      ...readCorpus(corpusPath(target.name)),
      ...readCorpus(crashPath(target.name)),
    ])
      await target.run(input)
  })
}
