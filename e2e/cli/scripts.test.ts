import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { suite, test } from 'node:test'
import { GatewayProcess } from '@sallyport/testkit'
import { placeOf } from './script-place.ts'
import { parseScript, runStep, writeFiles } from './text-script.ts'

const folder = join(import.meta.dirname, 'scripts')

suite('the command against a running gateway', { concurrency: 2 }, () => {
  for (const file of globSync('*.txt', { cwd: folder }).sort()) {
    test(basename(file, '.txt').replaceAll('-', ' '), { timeout: 400_000 }, async () => {
      const script = parseScript(readFileSync(join(folder, file), 'utf8'))
      await using gateway = await GatewayProcess.start()
      const place = placeOf(gateway)
      writeFiles(script, place)
      for (const step of script.steps) await runStep(step, place)
    })
  }
})
