import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '@sallyport/store'
import { storeContract } from './store-contract.ts'

storeContract({
  name: 'sqlite',
  async open(now) {
    const directory = await mkdtemp(join(tmpdir(), 'sallyport-store-'))
    const options = { path: join(directory, 'state', 'sallyport.sqlite'), now, reserveBytes: 0 }
    return {
      store: await openStore(options),
      reopen: () => openStore(options),
      remove: () => rm(directory, { recursive: true }),
    }
  },
})
