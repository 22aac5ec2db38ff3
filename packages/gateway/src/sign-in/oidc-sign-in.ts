import { ACTOR_GATEWAY, ACTOR_STRANGER, type AuditEvent } from '@sallyport/audit'
import {
  accountFor,
  Ceremonies,
  IdentityError,
  type OidcClient,
  type OidcFlow,
  type OidcIdentity,
  type OidcProvider,
} from '@sallyport/identity'
import type { User } from '@sallyport/model'
import { type FactorAt, type Store, StoreError } from '@sallyport/store'
import { hashToken } from '../http/bearer-tokens.ts'
import { nextPage } from './next-page.ts'
import type { OidcProviders } from './oidc-providers.ts'
import { type OpenedSession, type SignInFrom, SignInRefused, type SignInService } from './sign-in-service.ts'

/** Time for signing in at the provider, in milliseconds: a password manager, a second factor, a consent. */
export const OIDC_FLOW_MS = 10 * 60 * 1000
/** How long ago the provider may have seen somebody who is to prove themselves anew, in seconds. */
const FRESH_SECONDS = 60
const BROWSER_BYTES = 32

export interface OidcSignInParts {
  readonly providers: OidcProviders
  readonly store: Store
  readonly signIn: Pick<SignInService, 'openProved'>
  /** Resolves once what was committed is in force. */
  readonly refresh: () => Promise<void>
  /** Resolves when the event is in the log; rejects when it is not, and then nobody signs in. */
  readonly record: (event: AuditEvent) => Promise<unknown>
  /** For the operator: why somebody could not sign in. Never has what a provider or a browser sent. */
  readonly note: (provider: string, reason: string, error: unknown) => void
  readonly randomBytes: (size: number) => Uint8Array
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

interface Begun {
  readonly flow: OidcFlow
  readonly next: string
  /** SHA-256 in hex of the browser's cookie. */
  readonly browserHash: string
}

/** Signing in with identity providers: from the button to the session. */
export class OidcSignIn {
  readonly #parts: OidcSignInParts
  readonly #begun: Ceremonies<Begun>

  constructor(parts: OidcSignInParts) {
    this.#parts = parts
    this.#begun = new Ceremonies({ randomBytes: parts.randomBytes, now: parts.now, lifeMs: OIDC_FLOW_MS })
  }

  /**
   * Where the browser goes, and the cookie's value that it is known by when it comes back: the one it has, if it has one.
   * `fresh`: the provider has to ask the person anew. Throws SignInRefused `provider-unknown` or why it cannot be asked.
   */
  async start(
    name: string,
    options: { readonly next: string | undefined; readonly fresh: boolean; readonly browser: string | undefined },
  ): Promise<{ readonly location: string; readonly browser: string }> {
    const known = /^[A-Za-z0-9_-]{43}$/.test(options.browser ?? '') ? options.browser : undefined
    const browser = known ?? this.#newBrowser()
    const next = nextPage(options.next)
    try {
      const client = this.#client(name)
      const keep = (flow: OidcFlow) => this.#begun.begin({ flow, next, browserHash: hashToken(browser) })
      const location = await client.begin(keep, options.fresh ? { maxAge: FRESH_SECONDS } : {})
      return { location: location.href, browser }
    } catch (error) {
      throw this.#refusal(name, error)
    }
  }

  /**
   * Whoever came back from a provider, signed in. Throws SignInRefused; the flow is used up whatever happens.
   */
  async finish(
    answer: URLSearchParams,
    browser: string | undefined,
    from: SignInFrom,
  ): Promise<{ readonly opened: OpenedSession; readonly next: string }> {
    const [state = '', ...others] = answer.getAll('state')
    let name = ''
    try {
      const { flow, next, browserHash } = this.#begun.take(state)
      name = flow.provider
      if (others.length > 0) throw new SignInRefused('state-repeated')
      if (browser === undefined || hashToken(browser) !== browserHash) throw new SignInRefused('other-browser')
      const client = this.#client(name)
      const identity = await client.finish(answer, state, flow)
      const user = await this.#account(client.provider, identity, from)
      const opened = await this.#parts.signIn.openProved(user.id, `oidc:${name}`, this.#factors(name, identity), from)
      return { opened, next }
    } catch (error) {
      throw this.#refusal(name, error)
    }
  }

  #client(name: string): OidcClient {
    const client = this.#parts.providers.client(name)
    if (client === undefined) throw new SignInRefused('provider-unknown')
    return client
  }

  /** What the provider says it saw has its own prefix: it is no factor that we have checked. */
  #factors(name: string, { references, provedAt }: OidcIdentity): readonly FactorAt[] {
    const now = this.#parts.now()
    const at = Math.min(provedAt ?? now, now)
    return [{ factor: `oidc:${name}`, at }, ...references.map((factor) => ({ factor, at }))]
  }

  /** Whose account it opens; makes or links it where the rules say so, and takes over what the claims give. */
  async #account(provider: OidcProvider, identity: OidcIdentity, from: SignInFrom): Promise<User> {
    const { store, refresh } = this.#parts
    const { issuer, subject, email, groups } = identity
    const found = await store
      .transaction(async (tx) => {
        const row = await tx.externalIdentities.get(issuer, subject)
        const linked = row === undefined ? undefined : await tx.users.get(row.userId)
        const named = email === undefined ? undefined : await tx.users.byName(email)
        const namedIsLinked = named !== undefined && (await tx.externalIdentities.list(named.id)).length > 0
        const decision = accountFor(provider, identity, { linked, named, namedIsLinked })
        if (decision.kind === 'refuse') return { decision }
        if (decision.kind === 'join') {
          const user = await tx.users.add({ name: decision.name, displayName: decision.displayName })
          await tx.externalIdentities.add({ issuer, subject, userId: user.id, groups })
          return { decision, user, groupsBefore: [] }
        }
        const { user } = decision
        if (user.disabled) return { decision, user }
        if (decision.kind === 'link') await tx.externalIdentities.add({ issuer, subject, userId: user.id, groups })
        else await tx.externalIdentities.used(issuer, subject, groups)
        return { decision, user, groupsBefore: row?.groups ?? [] }
      })
      .catch((cause: unknown) => {
        // Of two who come at once for one account, one gets it.
        if (cause instanceof StoreError && cause.code === 'already-exists')
          throw new SignInRefused('account-linked', { cause })
        throw cause
      })
    const { decision, user, groupsBefore = [] } = found
    if (decision.kind === 'refuse') return this.#refuseAccount(provider, decision.reason, email, from)
    if (user === undefined || user.disabled) return this.#refuseAccount(provider, 'user-disabled', user?.name, from)
    if (decision.kind !== 'sign-in') await this.#recordLink(provider, identity, user, decision.kind, from)
    if (groups.join() !== groupsBefore.join()) {
      const facts = { user: user.name, provider: provider.name, groups }
      await this.#parts.record({ type: 'groups-vouched', actor: ACTOR_GATEWAY, source: from.source, ...facts })
    }
    await refresh()
    return user
  }

  async #recordLink(
    { name: provider }: OidcProvider,
    { issuer, subject }: OidcIdentity,
    user: User,
    how: 'link' | 'join',
    { source }: SignInFrom,
  ): Promise<void> {
    const { record, store } = this.#parts
    const actor = ACTOR_GATEWAY
    try {
      if (how === 'join') {
        await record({ type: 'user-added', actor, source, user: user.name, userId: user.id, role: user.role })
      }
      await record({ type: 'identity-linked', actor, source, user: user.name, provider, subject, how })
    } catch (error) {
      // Nobody has an account that the log does not know of.
      if (how === 'join') await store.users.remove(user.id)
      else await store.externalIdentities.remove(issuer, subject)
      throw error
    }
  }

  /** Whoever it is has proved themselves to the provider, and an admin may be waiting for them: that is written down. */
  async #refuseAccount(
    { name }: OidcProvider,
    reason: string,
    who: string | undefined,
    { source }: SignInFrom,
  ): Promise<never> {
    const why = who === undefined ? reason : `${reason} ${who}`
    await this.#parts
      .record({ type: 'sign-in-refused', actor: ACTOR_STRANGER, source, method: `oidc:${name}`, reason: why })
      .catch((error: unknown) => this.#parts.note(name, 'audit-unavailable', error))
    throw new SignInRefused(reason)
  }

  #refusal(name: string, error: unknown): unknown {
    const reason =
      error instanceof SignInRefused ? error.reason : error instanceof IdentityError ? error.code : undefined
    if (reason === undefined) return error
    this.#parts.note(name, reason, error)
    return error instanceof SignInRefused ? error : new SignInRefused(reason, { cause: error })
  }

  #newBrowser(): string {
    return this.#parts.randomBytes(BROWSER_BYTES).toBase64({ alphabet: 'base64url', omitPadding: true })
  }
}
