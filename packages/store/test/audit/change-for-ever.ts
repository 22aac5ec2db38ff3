/** Adds and disables users with their events until it is killed: `node change-for-ever.ts DIRECTORY KEYFILE FROM`. */
import { readFileSync, writeSync } from 'node:fs'
import { checkpointSigner } from '@sallyport/audit'
import { Secret } from '@sallyport/model'
import { granted, openStoredLog } from './stored-log.ts'

const [directory = '', keyFile = '', from = '0'] = process.argv.slice(2)
const { log, store } = await openStoredLog(directory, checkpointSigner(new Secret(readFileSync(keyFile, 'utf8'))))
writeSync(1, 'ready\n')
for (let i = Number(from); ; i++) {
  const name = `user${i}`
  const [user] = await Promise.all([
    log.together(store, async (tx, record) => {
      const added = await tx.users.add({ name })
      record({ type: 'user-added', actor: 'admin', user: name, userId: added.id, role: added.role })
      return added
    }),
    // Others write meanwhile, as they do in a gateway.
    log.append(granted(i)),
  ])
  await log.together(store, async (tx, record) => {
    await tx.users.change(user.id, { disabled: true })
    record({ type: 'user-disabled', actor: 'admin', user: name, userId: user.id })
  })
  writeSync(1, `${i}\n`)
}
