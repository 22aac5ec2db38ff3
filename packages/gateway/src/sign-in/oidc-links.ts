import { Ceremonies, IdentityError, type OidcIdentity } from '@sallyport/identity'
import type { User, UserId, WebSessionId } from '@sallyport/model'
import type { ExternalIdentity, Repositories, WebSession } from '@sallyport/store'
import type { RecordedChange } from '../state/recorded-change.ts'
import { IDENTITIES_MAX, requireRoom } from './credential-limits.ts'
import { endSessions } from './end-sessions.ts'
import type { CameBack, FlowPurpose, OidcFlows } from './oidc-flows.ts'
import type { OidcProviders } from './oidc-providers.ts'
import { requireAnotherWay, waysIn } from './ways-in.ts'

/** Where the console takes the identity up that was just proved. */
export const LINK_PAGE = '/me'
/** Time for the console to take up what was proved, in milliseconds: it does so by itself, once it is loaded. */
const TAKE_MS = 2 * 60 * 1000

export interface OidcLinksParts {
  readonly flows: OidcFlows
  readonly providers: OidcProviders
  /** Whether passwords sign in. */
  readonly passwords: () => boolean
  /** Resolves once what was committed is in force. */
  readonly refresh: () => Promise<void>
  readonly change: RecordedChange
  readonly randomBytes: (size: number) => Uint8Array
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Of the factor that a sign-in with a provider is: `oidc:NAME`. */
const FACTOR_PREFIX = 'oidc:'

/** Somebody who acts in a session of theirs. */
export interface Linker {
  readonly user: User
  readonly webSession: WebSessionId
  readonly source: string
}

interface Proved {
  readonly identity: OidcIdentity
  readonly provider: string
  readonly userId: UserId
  readonly webSession: WebSessionId
}

/**
 * - `over`: nothing was proved, or by another session, or too long ago.
 * - `own`: it is theirs already.
 * - `taken`: it is somebody else's.
 */
export type LinkOutcome = ExternalIdentity | 'over' | 'own' | 'taken'

/**
 * Linking identities to one's own account, and taking them off. A link has two ends in one session: it begins there, the
 * provider proves the identity to the browser that began, and the same session takes it. So nobody links an identity to
 * somebody else's account, neither by sending them to a provider nor by sending them back from one.
 */
export class OidcLinks {
  readonly #parts: OidcLinksParts
  readonly #proved: Ceremonies<Proved>

  constructor(parts: OidcLinksParts) {
    this.#parts = parts
    this.#proved = new Ceremonies({ randomBytes: parts.randomBytes, now: parts.now, lifeMs: TAKE_MS })
  }

  /**
   * Where the browser goes, and its cookie for the way. The provider has to ask, and may let choose: a sign-in that it still
   * remembers could be another person's. Throws OidcRefused.
   */
  async begin(provider: string, { user, webSession }: Linker): Promise<{ location: string; browser: string }> {
    const purpose: FlowPurpose = { kind: 'link', userId: user.id, webSession }
    return this.#parts.flows.begin(provider, purpose, undefined, { again: true })
  }

  /** Keeps who came back until their session takes it; the page of ours that does. */
  keep({ identity, provider, purpose }: CameBack<FlowPurpose & { readonly kind: 'link' }>): string {
    const { userId, webSession } = purpose
    const ticket = this.#proved.begin({ identity, provider: provider.name, userId, webSession })
    return `${LINK_PAGE}?link=${ticket}`
  }

  /** `stillIn` throws where the session is gone by then. Throws what it throws, and ApiError `credential.too-many`. */
  async finish(
    ticket: string,
    { user, webSession, source }: Linker,
    stillIn: (tx: Repositories) => Promise<void>,
  ): Promise<LinkOutcome> {
    const proved = this.#take(ticket)
    if (proved === undefined || proved.userId !== user.id || proved.webSession !== webSession) return 'over'
    const { identity, provider } = proved
    const { change, refresh } = this.#parts
    const { issuer, subject, groups } = identity
    const outcome = await change(async (tx, record): Promise<LinkOutcome> => {
      await stillIn(tx)
      const known = await tx.externalIdentities.get(issuer, subject)
      if (known !== undefined) return known.userId === user.id ? 'own' : 'taken'
      if ((await tx.users.get(user.id))?.disabled !== false) return 'over'
      requireRoom((await tx.externalIdentities.list(user.id)).length, IDENTITIES_MAX, 'identities')
      await tx.pendingAccounts.remove({ issuer, subject })
      const facts = { actor: user.name, source, user: user.name, provider }
      record({ type: 'identity-linked', ...facts, subject, how: 'self' })
      if (groups.length > 0) record({ type: 'groups-vouched', ...facts, groups })
      return tx.externalIdentities.add({ issuer, subject, userId: user.id, groups })
    })
    if (typeof outcome === 'string') return outcome
    await refresh()
    return outcome
  }

  /**
   * Takes an identity off: what it vouched for ends at once, and so does every sign-in with its provider but `keep`.
   * `lastStays`: not where nothing else would sign them in. Undefined where it is not theirs. Throws ApiError
   * `credential.last`.
   */
  async unlink(
    user: User,
    { issuer, subject }: Pick<ExternalIdentity, 'issuer' | 'subject'>,
    options: {
      readonly actor: string
      readonly source: string | undefined
      readonly lastStays: boolean
      readonly keep: WebSessionId | undefined
    },
  ): Promise<ExternalIdentity | undefined> {
    const { change, refresh, providers } = this.#parts
    const { actor, source, lastStays, keep } = options
    const name = providers.nameOf(issuer)
    const declared = (each: string) => providers.nameOf(each) !== undefined
    const passwords = this.#parts.passwords()
    const where = source === undefined ? {} : { source }
    // A session knows the name that the provider had when it began, and that may have been any that is no other's now.
    const names = new Set(providers.list().map((each) => each.name))
    const isOf = (factor: string) =>
      factor.startsWith(FACTOR_PREFIX) &&
      (factor === `${FACTOR_PREFIX}${name}` || !names.has(factor.slice(FACTOR_PREFIX.length)))
    const unlinked = await change(async (tx, record) => {
      const found = await tx.externalIdentities.get(issuer, subject)
      if (found?.userId !== user.id) return undefined
      // One whose provider is gone is no way in, and may always go.
      if (lastStays && name !== undefined)
        requireAnotherWay(await waysIn(tx, user, { passwords, declared }), 'identity')
      await tx.externalIdentities.remove(issuer, subject)
      record({ type: 'identity-unlinked', actor, ...where, user: user.name, provider: name ?? issuer, subject })
      const which = ({ id, factors }: WebSession) => id !== keep && factors.some(({ factor }) => isOf(factor))
      await endSessions(tx, record, user, { actor, which })
      return found
    })
    if (unlinked === undefined) return undefined
    await refresh()
    return unlinked
  }

  #take(ticket: string): Proved | undefined {
    try {
      return this.#proved.take(ticket)
    } catch (error) {
      if (error instanceof IdentityError) return undefined
      throw error
    }
  }
}
