import { ApiError, type Passkey as ApiPasskey } from '@sallyport/api'
import {
  makeRecoveryCodes,
  passwordProblem,
  TOTP_SECRET_BYTES,
  totpSecretText,
  totpStep,
  totpUri,
} from '@sallyport/identity'
import type { User } from '@sallyport/model'
import { type Passkey, StoreError } from '@sallyport/store'
import { forgetChecks } from '../approval/forget-checks.ts'
import { totpContext } from '../approval/one-time-codes.ts'
import { PASSKEYS_MAX, requireRoom } from '../sign-in/credential-limits.ts'
import { newPasskey } from '../sign-in/new-passkey.ts'
import { requireAnotherWay, type WayIn, waysIn } from '../sign-in/ways-in.ts'
import { ceremonyOf, orBadPasskey, requirePasswords } from './auth.ts'
import { gatewayName } from './daemon.ts'
import { endOthers } from './end-others.ts'
import type { Handlers } from './handlers.ts'
import type { Selves } from './own-identities.ts'
import { recordedChange, type Services, timeText } from './services.ts'
import { requireStillIn } from './still-in.ts'

type CredentialRoute =
  | `me.passkey-${'begin' | 'add' | 'rename' | 'remove'}`
  | `me.totp-${'begin' | 'confirm' | 'remove'}`
  | `me.password-${'set' | 'remove'}`
  | 'me.recovery-codes'

/** Passkeys, one-time codes, recovery codes and the password: with what people sign in to the console. */
export function ownCredentialHandlers(
  services: Services,
  { self, freshSelf }: Selves,
): Pick<Handlers, CredentialRoute & keyof Handlers> {
  const { store, passkeys, checks, masterKey, config, now, randomBytes } = services

  const keepAnotherWay = async (tx: Parameters<typeof waysIn>[0], user: User, removed: WayIn): Promise<void> => {
    const declared = (issuer: string) => services.oidcProviders.nameOf(issuer) !== undefined
    requireAnotherWay(await waysIn(tx, user, { passwords: config.current.https.passwords, declared }), removed)
  }
  const ownPasskey = async (user: User, id: string): Promise<Passkey> => {
    const found = (await store.passkeys.list(user.id)).find((passkey) => passkey.id === id)
    if (found !== undefined) return found
    throw new ApiError('credential.not-found', 'you have no such passkey')
  }

  return {
    async 'me.passkey-begin'(_, caller) {
      const user = freshSelf(caller)
      const own = await store.passkeys.list(user.id)
      // Before anybody touches a key in vain.
      requireRoom(own.length, PASSKEYS_MAX, 'passkeys')
      return ceremonyOf(await passkeys.beginRegistration(user, own))
    },

    async 'me.passkey-add'({ ceremony, response, name }, caller) {
      const user = freshSelf(caller)
      const registered = await orBadPasskey(passkeys.finishRegistration(ceremony, user.id, response))
      const { actor } = caller
      const added = await recordedChange(services, async (tx, record) => {
        await requireStillIn(tx, caller)
        requireRoom((await tx.passkeys.list(user.id)).length, PASSKEYS_MAX, 'passkeys')
        record({ type: 'credential-added', actor, user: user.name, kind: 'passkey', name })
        return tx.passkeys.add(newPasskey(user.id, registered, name))
      }).catch(orExists)
      return shownPasskey(added)
    },

    async 'me.passkey-rename'({ passkey: id, name }, caller) {
      const passkey = await ownPasskey(self(caller), id)
      await store.passkeys.rename(passkey.id, name)
      return shownPasskey({ ...passkey, name })
    },

    async 'me.passkey-remove'({ passkey: id, end_others }, caller) {
      const user = freshSelf(caller)
      const passkey = await ownPasskey(user, id)
      const { actor } = caller
      await recordedChange(services, async (tx, record) => {
        await keepAnotherWay(tx, user, 'passkey')
        await tx.passkeys.remove(passkey.id)
        record({ type: 'credential-removed', actor, user: user.name, kind: 'passkey', name: passkey.name })
        // Which passkey answered is not kept: none of the answers counts any more.
        await forgetChecks(tx, record, user, { actor, reason: 'credential-removed', which: { method: 'passkey' } })
        if (end_others) await endOthers(tx, record, user, caller)
      })
      await checks.refresh()
      return shownPasskey(passkey)
    },

    async 'me.totp-begin'(_, caller) {
      const user = freshSelf(caller)
      const secret = randomBytes(TOTP_SECRET_BYTES)
      await store.secondFactors.proposeTotp(user.id, masterKey.seal(secret, totpContext(user))).catch(orExists)
      const issuer = `Sallyport ${gatewayName(config.current.ssh.hostname)}`
      return { uri: totpUri(secret, { issuer, account: user.name }), secret: totpSecretText(secret) }
    },

    async 'me.totp-confirm'({ code }, caller) {
      const user = freshSelf(caller)
      const totp = await store.secondFactors.totp(user.id)
      if (totp === undefined || totp.confirmedAt !== undefined)
        throw new ApiError('code.refused', 'no secret waits for a code')
      const step = totpStep(masterKey.unseal(totp.sealedSecret, totpContext(user)), code, now())
      await recordedChange(services, async (tx, record) => {
        if (step === undefined || !(await tx.secondFactors.takeTotpStep(user.id, step))) {
          throw new ApiError('code.refused', 'this is not the code', {
            fix: 'take the next one; check the phone’s clock',
          })
        }
        record({ type: 'credential-added', actor: caller.actor, user: user.name, kind: 'totp', name: '' })
      })
      return {}
    },

    async 'me.totp-remove'({ end_others }, caller) {
      const user = freshSelf(caller)
      const { actor } = caller
      await recordedChange(services, async (tx, record) => {
        if (!(await tx.secondFactors.removeTotp(user.id))) {
          throw new ApiError('credential.not-found', 'you have no one-time codes set up')
        }
        record({ type: 'credential-removed', actor, user: user.name, kind: 'totp', name: '' })
        await forgetChecks(tx, record, user, { actor, reason: 'credential-removed', which: { method: 'totp' } })
        if (end_others) await endOthers(tx, record, user, caller)
      })
      await checks.refresh()
      return {}
    },

    async 'me.password-set'({ password, end_others }, caller) {
      requirePasswords(config.current)
      const user = freshSelf(caller)
      const problem = passwordProblem(password, user.name)
      if (problem !== undefined) throw new ApiError('password.weak', 'this password is not taken', { why: problem })
      const hash = await services.passwordHasher.hash(password)
      await recordedChange(services, async (tx, record) => {
        await requireStillIn(tx, caller)
        const before = await tx.secondFactors.password(user.id)
        await tx.secondFactors.setPassword(user.id, hash)
        const facts = { actor: caller.actor, user: user.name, kind: 'password', name: '' }
        if (before !== undefined) record({ type: 'credential-removed', ...facts })
        record({ type: 'credential-added', ...facts })
        // With the first one nothing ceases to count.
        if (before !== undefined && end_others) await endOthers(tx, record, user, caller)
      })
      return {}
    },

    async 'me.password-remove'({ end_others }, caller) {
      const user = freshSelf(caller)
      if ((await store.secondFactors.password(user.id)) === undefined) {
        throw new ApiError('credential.not-found', 'you have no password')
      }
      await recordedChange(services, async (tx, record) => {
        await keepAnotherWay(tx, user, 'password')
        await tx.secondFactors.setPassword(user.id, undefined)
        record({ type: 'credential-removed', actor: caller.actor, user: user.name, kind: 'password', name: '' })
        if (end_others) await endOthers(tx, record, user, caller)
      })
      return {}
    },

    async 'me.recovery-codes'(_, caller) {
      const user = freshSelf(caller)
      const codes = makeRecoveryCodes(user.id, randomBytes)
      const hashes = codes.map(({ hash }) => hash)
      await recordedChange(services, async (tx, record) => {
        await requireStillIn(tx, caller)
        await tx.secondFactors.setRecoveryCodes(user.id, hashes)
        record({ type: 'recovery-codes-made', actor: caller.actor, user: user.name })
      })
      return { recovery_codes: codes.map(({ code }) => code) }
    },
  }
}

function orExists(cause: unknown): never {
  if (cause instanceof StoreError && cause.code === 'already-exists') {
    throw new ApiError('credential.exists', 'there is one already', { fix: 'remove the old one first', cause })
  }
  throw cause
}

export function shownPasskey({ id, name, createdAt, lastUsedAt, backedUp, aaguid }: Passkey): ApiPasskey {
  const last = lastUsedAt === undefined ? null : timeText(lastUsedAt)
  return { id, name, created_at: timeText(createdAt), last_used_at: last, synced: backedUp, aaguid }
}
