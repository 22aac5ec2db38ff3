/** Appends decisions until it is killed, and says on stdout which are acknowledged: `node append-for-ever.ts DIRECTORY KEYFILE FROM`. */
import { readFileSync, writeSync } from 'node:fs'
import { checkpointSigner } from '@sallyport/audit'
import { Secret } from '@sallyport/model'
import { granted, openStoredLog } from './stored-log.ts'

const [directory = '', keyFile = '', from = '0'] = process.argv.slice(2)
const { log } = await openStoredLog(directory, checkpointSigner(new Secret(readFileSync(keyFile, 'utf8'))))
writeSync(1, 'ready\n')
let next = Number(from)
for (;;) {
  // Alone, in small groups and in large ones: as connections come.
  const group = [1, 1, 1, 3, 40][next % 5] ?? 1
  await Promise.all(
    Array.from({ length: group }, async () => {
      const i = next++
      await log.append(granted(i))
      // Synchronous: when this returns, the parent will read it, whatever happens to us.
      writeSync(1, `${i}\n`)
    }),
  )
}
