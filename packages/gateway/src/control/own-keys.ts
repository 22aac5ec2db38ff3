import { ApiError } from '@sallyport/api'
import type { User } from '@sallyport/model'
import { fingerprint } from '@sallyport/ssh/keys'
import { KEYS_MAX, requireRoom } from '../sign-in/credential-limits.ts'
import type { Handlers } from './handlers.ts'
import { type Caller, recordedChange, type Services } from './services.ts'
import { requireStillIn } from './still-in.ts'
import { keyEvent, readKeyLine, shownKey, unlessTaken } from './users.ts'

/** `me.key-…`: people's own SSH keys. `freshSelf`: whoever asks, proved a short while ago. */
export function ownKeyHandlers(
  services: Services,
  freshSelf: (caller: Caller) => User,
): Pick<Handlers, 'me.key-add' | 'me.key-remove'> {
  const { store, roster } = services
  return {
    async 'me.key-add'({ public_key, comment }, caller) {
      const user = freshSelf(caller)
      const parsed = readKeyLine(public_key)
      const print = fingerprint(parsed.key)
      const added = await unlessTaken('key.exists', 'this key proves somebody already', () =>
        recordedChange(services, async (tx, record) => {
          await requireStillIn(tx, caller)
          const own = await tx.userKeys.list(user.id)
          if (own.some((key) => key.fingerprint === print))
            throw new ApiError('key.exists', 'you have this key already')
          requireRoom(own.length, KEYS_MAX, 'SSH keys')
          if ((await tx.revokedKeys.list()).some((key) => key.fingerprint === print))
            throw new ApiError('key.revoked', 'this key was revoked', { fix: 'make a new key' })
          const { type, blob } = parsed.key
          const key = await tx.userKeys.add({ userId: user.id, type, blob, comment: comment ?? parsed.comment })
          record(keyEvent('key-added', key, user.name, caller.actor))
          return key
        }),
      )
      await roster.refresh()
      return shownKey(added, user.name)
    },

    async 'me.key-remove'({ key: selector }, caller) {
      const user = freshSelf(caller)
      const own = await store.userKeys.list(user.id)
      const key = own.find(({ id, fingerprint: print }) => id === selector || print === selector)
      // Somebody else's is as if there were none.
      if (key === undefined) throw new ApiError('key.not-found', 'you have no such key')
      await recordedChange(services, async (tx, record) => {
        await tx.userKeys.remove(key.id)
        record(keyEvent('key-removed', key, user.name, caller.actor))
      })
      await roster.refresh()
      return shownKey(key, user.name)
    },
  }
}
