import { ACTOR_GATEWAY, type AuditEvent, isLocalActor } from '@sallyport/audit'
import { makeRecoveryCodes, type PasskeyCeremonies } from '@sallyport/identity'
import type { User, UserId } from '@sallyport/model'
import { type Invitation, type Repositories, type Store, StoreError } from '@sallyport/store'
import { forgetChecks } from '../approval/forget-checks.ts'
import { revokeCertificates } from '../authority/certificate-service.ts'
import { hashToken, isToken, mintToken } from '../http/bearer-tokens.ts'
import type { RecordedChange } from '../state/recorded-change.ts'
import { breakGlass } from './break-glass.ts'
import { PASSKEYS_MAX, requireRoom } from './credential-limits.ts'
import { endSessions } from './end-sessions.ts'
import { newPasskey } from './new-passkey.ts'
import type { OpenedSession, SignInFrom, SignInService } from './sign-in-service.ts'
import { waysIn } from './ways-in.ts'

/** A link for somebody who is called in; who waits longer asks again. */
const LINK_LIFE_MS = 24 * 60 * 60 * 1000
/** The first start's link: whoever started the gateway sits before it. */
const SETUP_LIFE_MS = 15 * 60 * 1000

export interface OneTimeLinksParts {
  readonly store: Store
  readonly passkeys: PasskeyCeremonies
  readonly signIn: Pick<SignInService, 'add'>
  /** The user as known now; none where there is no such user. */
  readonly user: (id: UserId) => User | undefined
  readonly change: RecordedChange
  readonly randomBytes: (size: number) => Uint8Array
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** `https://gw.example.com:8443` */
  readonly origin: () => string
}

/** One-time links with which people set up how they sign in: the first owner, who is called in, and who lost everything. */
export class OneTimeLinks {
  readonly #parts: OneTimeLinksParts

  constructor(parts: OneTimeLinksParts) {
    this.#parts = parts
  }

  /** A one-time link for somebody; links for them that were made before no longer work. */
  async makeLink(
    user: User,
    actor: string,
    purpose: Invitation['purpose'],
  ): Promise<{ url: string; expiresAt: number }> {
    const { change, randomBytes, now, origin } = this.#parts
    const { token, hash: tokenHash } = mintToken('link', randomBytes)
    const expiresAt = now() + (purpose === 'setup' ? SETUP_LIFE_MS : LINK_LIFE_MS)
    await change(async (tx, record) => {
      // Whoever may make links for a member may not for the owner that one has just become.
      if ((await tx.users.get(user.id))?.role !== user.role)
        throw new StoreError('not-found', 'the person is gone, or of another role')
      // Who is on the machine itself has asked nobody; inviting a new admin from there is no emergency.
      if (isLocalActor(actor) && (purpose === 'recover' || user.role === 'owner'))
        breakGlass(record, user, { means: 'local-link', actor })
      await tx.invitations.revoke({ userId: user.id })
      await tx.invitations.add({ purpose, userId: user.id, createdBy: actor, expiresAt, tokenHash })
      record({ type: 'link-made', actor, user: user.name, purpose, until: expiresAt })
    })
    return { url: `${origin()}/${purpose === 'setup' ? 'setup' : 'join'}/${token}`, expiresAt }
  }

  /** Whether nobody can sign in to the console yet. */
  async needsSetup(owner: User): Promise<boolean> {
    const { store } = this.#parts
    if ((await store.passkeys.list()).length > 0) return false
    return (await waysIn(store, owner, { passwords: true, declared: () => true })).length === 0
  }

  /** The first start's link, for the first owner. */
  setupLink(owner: User): Promise<{ url: string; expiresAt: number }> {
    return this.makeLink(owner, ACTOR_GATEWAY, 'setup')
  }

  /** Whom a link is for; undefined where it does not work (any more). */
  async link(token: string): Promise<{ readonly link: Invitation; readonly user: User } | undefined> {
    if (!isToken('link', token)) return undefined
    const link = await this.#parts.store.invitations.byToken(hashToken(token))
    const user = link?.userId === undefined ? undefined : this.#parts.user(link.userId)
    return link === undefined || user === undefined || user.disabled ? undefined : { link, user }
  }

  /**
   * Registers a passkey for whom the link is for, signs them in, and uses the link up: all of it or nothing. Throws
   * IdentityError and SignInRefused; undefined for a link that does not work.
   */
  async finishLink(
    token: string,
    answer: {
      readonly ceremony: string
      readonly response: unknown
      readonly passkeyName: string
      /** What they are called from now on; as before where it is left out. */
      readonly displayName?: string | undefined
    },
    from: SignInFrom,
  ): Promise<(OpenedSession & { readonly recoveryCodes: readonly string[] }) | undefined> {
    const found = await this.link(token)
    if (found === undefined) return undefined
    const { link, user } = found
    const { passkeys, change, randomBytes, signIn } = this.#parts
    const registered = await passkeys.finishRegistration(answer.ceremony, user.id, answer.response)
    const codes = makeRecoveryCodes(user.id, randomBytes)
    try {
      const opened = await change(async (tx, record) => {
        // First: of two who have the link, one gets in.
        await tx.invitations.use(link.id)
        const [actor, name, source] = [user.name, answer.passkeyName, from.source]
        record({ type: 'link-used', actor, source, purpose: link.purpose })
        if (link.purpose === 'recover') await forget(tx, record, user)
        requireRoom((await tx.passkeys.list(user.id)).length, PASSKEYS_MAX, 'passkeys')
        await tx.passkeys.add(newPasskey(user.id, registered, name))
        await tx.secondFactors.setRecoveryCodes(
          user.id,
          codes.map(({ hash }) => hash),
        )
        record({ type: 'credential-added', actor, source, user: actor, kind: 'passkey', name })
        const called = await call(tx, record, user, answer.displayName)
        return signIn.add(tx, record, { user: called, method: 'link', from })
      })
      return { ...opened, recoveryCodes: codes.map(({ code }) => code) }
    } catch (error) {
      if (error instanceof StoreError && error.code === 'not-found') return undefined
      throw error
    }
  }
}

/** What a person chooses to be called, where that is another name. */
async function call(
  { users }: Pick<Repositories, 'users'>,
  record: (event: AuditEvent) => void,
  user: User,
  displayName = user.displayName,
): Promise<User> {
  if (displayName === user.displayName) return user
  await users.change(user.id, { displayName })
  record({ type: 'user-changed', actor: user.name, user: user.name, userId: user.id, changes: ['displayName'] })
  return { ...user, displayName }
}

/** Everything with which somebody could sign in to the console, where they are signed in, and what was signed for them. */
async function forget(tx: Repositories, record: (event: AuditEvent) => void, user: User): Promise<void> {
  const actor = user.name
  for (const { id } of await tx.passkeys.list(user.id)) await tx.passkeys.remove(id)
  for (const { id } of await tx.apiTokens.list(user.id)) await tx.apiTokens.remove(id)
  await tx.secondFactors.removeTotp(user.id)
  await tx.secondFactors.setPassword(user.id, undefined)
  // A lost device may hold certificates too.
  await revokeCertificates(tx, record, { userId: user.id }, { actor, reason: 'recovered' })
  await endSessions(tx, record, user, { actor })
  await forgetChecks(tx, record, user, { actor, reason: 'recovered' })
}
