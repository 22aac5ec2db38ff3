import { ApiError, type Key as ApiKey, type User as ApiUser, type UserDetail } from '@sallyport/api'
import type { AuditEvent } from '@sallyport/audit'
import { isUserName, shownName, shownText, type User, type UserKey } from '@sallyport/model'
import { decodePublicKey, formatPublicKey, isCertificate, type PublicKey, parsePublicKey } from '@sallyport/ssh/keys'
import { type Repositories, StoreError } from '@sallyport/store'
import { forgetChecks } from '../approval/forget-checks.ts'
import { revokeCertificates } from '../authority/certificate-service.ts'
import { KEYS_MAX, requireRoom } from '../sign-in/credential-limits.ts'
import { endSessions } from '../sign-in/end-sessions.ts'
import type { Handlers } from './handlers.ts'
import { requireRank } from './rank.ts'
import { recordedChange, type Services, timeText } from './services.ts'
import { shownIdentity } from './shown-identity.ts'

/** Longest comment of a key that is kept, in characters. */
const COMMENT_MAX = 128

type UserRoute =
  | `user.${'list' | 'show' | 'add' | 'update' | 'sign-out' | 'remove'}`
  | `key.${'list' | 'add' | 'remove'}`

/** `user …` and `key …`. */
export function userHandlers(services: Services): Pick<Handlers, UserRoute> {
  const { store, roster } = services

  const shown = (user: User) => shownUser(services, user)
  const detail = (user: User) => userDetail(services, user)
  const find = (selector: string) => findUser(services, selector)
  const ownerOf = (key: UserKey): string => roster.current.usersById.get(key.userId)?.name ?? ''
  const findKey = (selector: string): UserKey => {
    const { keysByFingerprint } = roster.current
    const key = keysByFingerprint.get(selector) ?? [...keysByFingerprint.values()].find(({ id }) => id === selector)
    if (key !== undefined) return key
    throw new ApiError('key.not-found', `there is no key “${plain(selector)}”`, { fix: 'sallyport key ls' })
  }

  return {
    'user.list': () => ({ users: [...roster.current.usersByName.values()].map(shown) }),
    'user.show': ({ user }) => detail(find(user)),

    async 'user.add'({ name, display_name, role, keys }, caller) {
      const { actor } = caller
      requireRank(caller, undefined, role)
      if (!isUserName(name))
        throw new ApiError('user.name-invalid', `“${plain(name)}” cannot be a login name`, {
          why: 'lower-case letters, digits, “.”, “_” and “-”, at most one @domain, at most 64 characters',
        })
      const parsed = keys.map(readKeyLine)
      await unlessTaken('user.exists', `there is a user “${name}” already`, () =>
        recordedChange(services, async (tx, record) => {
          const user = await tx.users.add({ name, role, displayName: display_name ?? '' })
          record({ type: 'user-added', actor, user: name, userId: user.id, role })
          for (const { key, comment } of parsed) {
            const added = await unlessTaken('key.exists', 'one of the keys proves somebody already', () =>
              tx.userKeys.add({ userId: user.id, type: key.type, blob: key.blob, comment }),
            )
            record(keyEvent('key-added', added, name, actor))
          }
        }),
      )
      await roster.refresh()
      return detail(find(name))
    },

    async 'user.update'({ user: selector, display_name, role, disabled }, caller) {
      const user = find(selector)
      const { actor } = caller
      requireRank(caller, user, role)
      const losesPower = disabled === true || (role !== undefined && role !== 'owner' && role !== 'admin')
      const change = {
        ...(display_name === undefined || display_name === user.displayName ? {} : { displayName: display_name }),
        ...(role === undefined || role === user.role ? {} : { role }),
        ...(disabled === undefined || disabled === user.disabled ? {} : { disabled }),
      }
      const changes = Object.keys(change)
      if (changes.length > 0) {
        await recordedChange(services, async (tx, record) => {
          if (losesPower) await requireAdminLeft(tx, user)
          await tx.users.change(user.id, change)
          const facts = { actor, user: user.name, userId: user.id }
          if (change.disabled !== undefined)
            record({ type: change.disabled ? 'user-disabled' : 'user-enabled', ...facts })
          const others = changes.filter((name) => name !== 'disabled')
          if (others.length > 0) record({ type: 'user-changed', ...facts, changes: others })
          // A link is for whom its maker could see: not for the owner that a member became, nor from whoever is an admin no more.
          if (change.role !== undefined || change.disabled === true) {
            await tx.invitations.revoke({ userId: user.id })
            await tx.invitations.revoke({ createdBy: user.name })
          }
          if (change.disabled !== true) return
          // Whoever comes back signs in anew; and targets that are reached without us know of revocations alone.
          await revokeCertificates(tx, record, { userId: user.id }, { actor, reason: 'disabled' })
          await endSessions(tx, record, user, { actor })
          await forgetChecks(tx, record, user, { actor, reason: 'user-disabled' })
        })
        await services.checks.refresh()
        await roster.refresh()
      }
      return detail(find(user.id))
    },

    async 'user.sign-out'({ user: selector }, { actor }) {
      const user = find(selector)
      const ended = await recordedChange(services, async (tx, record) => {
        const ended = await endSessions(tx, record, user, { actor })
        await forgetChecks(tx, record, user, { actor, reason: 'signed-out' })
        return ended
      })
      await services.checks.refresh()
      return { ended }
    },

    async 'user.remove'({ user: selector }, caller) {
      const user = find(selector)
      const { actor } = caller
      requireRank(caller, user)
      const gone = shown(user)
      await recordedChange(services, async (tx, record) => {
        await requireAdminLeft(tx, user)
        await tx.invitations.revoke({ createdBy: user.name })
        // While they can still be found by whose they are.
        await revokeCertificates(tx, record, { userId: user.id }, { actor, reason: 'removed' })
        await tx.users.remove(user.id)
        record({ type: 'user-removed', actor, user: user.name, userId: user.id })
      })
      await roster.refresh()
      return gone
    },

    async 'key.list'({ user: selector }) {
      const keys = await store.userKeys.list(selector === undefined ? undefined : find(selector).id)
      return { keys: keys.map((key) => shownKey(key, ownerOf(key))) }
    },

    async 'key.add'({ user: selector, public_key, comment }, caller) {
      const user = find(selector)
      const { actor } = caller
      requireRank(caller, user)
      const parsed = readKeyLine(public_key)
      const key = await unlessTaken('key.exists', 'this key proves somebody already', () =>
        recordedChange(services, async (tx, record) => {
          requireRoom((await tx.userKeys.list(user.id)).length, KEYS_MAX, 'SSH keys')
          const added = await tx.userKeys.add({
            userId: user.id,
            type: parsed.key.type,
            blob: parsed.key.blob,
            comment: shownName(comment ?? parsed.comment, COMMENT_MAX),
          })
          record(keyEvent('key-added', added, user.name, actor))
          return added
        }),
      )
      await roster.refresh()
      return shownKey(key, user.name)
    },

    async 'key.remove'({ key: selector }, caller) {
      const key = findKey(selector)
      const { actor } = caller
      requireRank(caller, roster.current.usersById.get(key.userId))
      const owner = ownerOf(key)
      await recordedChange(services, async (tx, record) => {
        await tx.userKeys.remove(key.id)
        record(keyEvent('key-removed', key, owner, actor))
      })
      await roster.refresh()
      return shownKey(key, owner)
    },
  }
}

/**
 * Somebody must be left who may put things right. Asked inside the transaction that takes the power, so that two admins do not
 * take each other's. Throws ApiError `user.last-admin`.
 */
async function requireAdminLeft({ users }: Pick<Repositories, 'users'>, { id, name }: User): Promise<void> {
  const admins = (await users.list()).filter(
    ({ role, disabled }) => !disabled && (role === 'owner' || role === 'admin'),
  )
  if (admins.length !== 1 || admins[0]?.id !== id) return
  throw new ApiError('user.last-admin', `${name} is the last admin`, {
    why: 'without one, nobody could administer the gateway from elsewhere',
    fix: 'make another one first: sallyport user add NAME --role admin',
  })
}

/** By name or id. Throws ApiError `user.not-found`. */
export function findUser({ roster }: Services, selector: string): User {
  const { usersByName, usersById } = roster.current
  const user = usersByName.get(selector) ?? usersById.get(selector)
  if (user !== undefined) return user
  throw new ApiError('user.not-found', `there is no user “${plain(selector)}”`, { fix: 'sallyport user ls' })
}

function shownUser({ roster, sessions }: Services, user: User): ApiUser {
  const keys = [...roster.current.keysByFingerprint.values()].filter((key) => key.userId === user.id)
  return {
    id: user.id,
    name: user.name,
    display_name: user.displayName,
    role: user.role,
    disabled: user.disabled,
    created_at: timeText(user.createdAt),
    keys: keys.length,
    sessions: sessions.ofUser(user.id).length,
  }
}

export async function userDetail(services: Services, user: User): Promise<UserDetail> {
  const { store } = services
  return {
    ...shownUser(services, user),
    // From the store, which alone knows when each was used last.
    public_keys: (await store.userKeys.list(user.id)).map((key) => shownKey(key, user.name)),
    identities: (await store.externalIdentities.list(user.id)).map((identity) => shownIdentity(services, identity)),
  }
}

export function keyEvent(
  type: 'key-added' | 'key-removed',
  { id, type: keyType, fingerprint, comment }: UserKey,
  user: string,
  actor: string,
): AuditEvent {
  return { type, actor, user, key: id, keyType, fingerprint, comment }
}

export function shownKey(key: UserKey, user: string): ApiKey {
  const { id, type, fingerprint, comment, addedAt, lastUsedAt, blob } = key
  // Comments that were kept before they were held to one line would not make one.
  const line = formatPublicKey(decodePublicKey(blob), shownText(comment))
  const last_used_at = lastUsedAt === undefined ? null : timeText(lastUsedAt)
  return { id, user, type, fingerprint, comment, added_at: timeText(addedAt), last_used_at, line }
}

/** Throws ApiError `key.invalid`. */
export function readKeyLine(line: string): { key: PublicKey; comment: string } {
  let parsed: { key: PublicKey; comment: string }
  try {
    parsed = parsePublicKey(line)
  } catch (cause) {
    throw new ApiError('key.invalid', 'this is no public key that can be used', {
      // How its bytes fail to be read says nothing to whoever pasted it.
      why: (cause as Error).cause === undefined ? (cause as Error).message : 'it is damaged, or cut off',
      fix: 'give one line of a .pub file, as ssh-keygen writes it',
      cause,
    })
  }
  if (isCertificate(parsed.key))
    throw new ApiError('key.invalid', 'this is a certificate, not a key', { fix: 'give the key itself: its .pub file' })
  return { key: parsed.key, comment: shownName(parsed.comment, COMMENT_MAX) }
}

const TAKEN_FIX = {
  'user.exists': 'take another name, or see who it is: sallyport user ls',
  'key.exists':
    'a key proves one person only: take another one, or let an admin find whose it is with: sallyport key ls',
  'target.exists':
    'take another name, change the old one with sallyport target edit, or take it out first: sallyport target rm NAME',
} as const

/** Runs a change; a name or key that is taken becomes the caller's error. */
export async function unlessTaken<T>(
  reason: keyof typeof TAKEN_FIX,
  message: string,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    if (cause instanceof StoreError && cause.code === 'already-exists')
      throw new ApiError(reason, message, { fix: TAKEN_FIX[reason], cause })
    throw cause
  }
}

/** What somebody typed, as it may be said back: one line, no control characters, cut. */
export function plain(text: string): string {
  return shownText(text, '?').slice(0, 80)
}
