import { ACTOR_GATEWAY, ACTOR_STRANGER, type AuditEvent } from '@sallyport/audit'
import { accountFor, type OidcIdentity, type OidcProvider } from '@sallyport/identity'
import type { User } from '@sallyport/model'
import { type FactorAt, type Repositories, type Store, StoreError } from '@sallyport/store'
import { nextPage } from './next-page.ts'
import type { CameBack, FlowPurpose, OidcFlows } from './oidc-flows.ts'
import { type OpenedSession, type SignInFrom, SignInRefused, type SignInService } from './sign-in-service.ts'

/** How long ago the provider may have seen somebody who is to prove themselves anew, in seconds. */
const FRESH_SECONDS = 60

export interface OidcSignInParts {
  readonly flows: OidcFlows
  readonly store: Store
  readonly signIn: Pick<SignInService, 'openProved'>
  /** Resolves once what was committed is in force. */
  readonly refresh: () => Promise<void>
  /** Resolves when the event is in the log; rejects when it is not, and then nobody signs in. */
  readonly record: (event: AuditEvent) => Promise<unknown>
  /** For the operator: what could not be written down. */
  readonly note: (provider: string, reason: string, error: unknown) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** What the rules and the store make of whoever came back. */
type Found =
  | { readonly refused: string; readonly who: string | undefined; readonly asks?: boolean }
  | { readonly user: User; readonly how: 'sign-in' | 'link' | 'join'; readonly groupsBefore: readonly string[] }

/** Signing in with identity providers: from the button to the session. */
export class OidcSignIn {
  readonly #parts: OidcSignInParts

  constructor(parts: OidcSignInParts) {
    this.#parts = parts
  }

  /** `fresh`: the provider has to ask the person anew. Otherwise as `OidcFlows.begin`. */
  async start(
    name: string,
    options: { readonly next: string | undefined; readonly fresh: boolean; readonly browser: string | undefined },
  ): Promise<{ readonly location: string; readonly browser: string }> {
    const purpose: FlowPurpose = { kind: 'sign-in', next: nextPage(options.next) }
    const ask = options.fresh ? { maxAge: FRESH_SECONDS, again: true } : {}
    return this.#parts.flows.begin(name, purpose, options.browser, ask)
  }

  /** Whoever came back from a provider, signed in. Throws OidcRefused. */
  async open({ provider, identity, purpose }: CameBack, from: SignInFrom): Promise<OpenedSession> {
    const { name } = provider
    try {
      const user = await this.#account(provider, identity, from)
      return await this.#parts.signIn.openProved(user.id, `oidc:${name}`, this.#factors(name, identity), from)
    } catch (error) {
      throw this.#parts.flows.refusal(name, error, purpose)
    }
  }

  /** What the provider says it saw has its own prefix: it is no factor that we have checked. */
  #factors(name: string, { references, provedAt }: OidcIdentity): readonly FactorAt[] {
    const now = this.#parts.now()
    const at = Math.min(provedAt ?? now, now)
    return [{ factor: `oidc:${name}`, at }, ...references.map((factor) => ({ factor, at }))]
  }

  /** Whose account it opens; makes or links it where the rules say so, and takes over what the claims give. */
  async #account(provider: OidcProvider, identity: OidcIdentity, from: SignInFrom): Promise<User> {
    const { store, refresh, record } = this.#parts
    const found = await store
      .transaction((tx) => find(tx, provider, identity))
      .catch((cause: unknown) => {
        // Of two who come at once for one account, one gets it.
        if (cause instanceof StoreError && cause.code === 'already-exists')
          throw new SignInRefused('account-linked', { cause })
        throw cause
      })
    if ('refused' in found) {
      if (found.asks === true) await this.#recordAsking(provider, identity, from)
      return this.#refuseAccount(provider, found.refused, found.who, from)
    }
    const { user, how, groupsBefore } = found
    if (how !== 'sign-in') await this.#recordLink(provider, identity, user, how, from)
    const { groups } = identity
    if (groups.join() !== groupsBefore.join()) {
      const facts = { user: user.name, provider: provider.name, groups }
      await record({ type: 'groups-vouched', actor: ACTOR_GATEWAY, source: from.source, ...facts })
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

  async #recordAsking(
    { name: provider }: OidcProvider,
    { issuer, subject, email: address = '' }: OidcIdentity,
    { source }: SignInFrom,
  ): Promise<void> {
    const { record, store } = this.#parts
    try {
      await record({ type: 'account-asked', actor: ACTOR_STRANGER, source, provider, subject, address })
    } catch (error) {
      // An admin is asked for nobody whom the log does not know of.
      await store.pendingAccounts.remove({ issuer, subject })
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
}

/** Decides within one transaction, and does what was decided. */
async function find(tx: Repositories, provider: OidcProvider, identity: OidcIdentity): Promise<Found> {
  const { issuer, subject, email, displayName, groups } = identity
  const row = await tx.externalIdentities.get(issuer, subject)
  const linked = row === undefined ? undefined : await tx.users.get(row.userId)
  const named = email === undefined ? undefined : await tx.users.byName(email)
  const namedIsLinked = named !== undefined && (await tx.externalIdentities.list(named.id)).length > 0
  const decision = accountFor(provider, identity, { linked, named, namedIsLinked })
  if (decision.kind === 'refuse') {
    const { reason } = decision
    if (reason !== 'account-pending' || email === undefined) return { refused: reason, who: email }
    const { pending, isNew } = await tx.pendingAccounts.ask({ issuer, subject, email, displayName })
    return { refused: pending.denied === undefined ? reason : 'account-denied', who: email, asks: isNew }
  }
  if (decision.kind === 'join') {
    const pending = await tx.pendingAccounts.find(issuer, subject)
    // What an admin decided of one person outweighs what the configuration says of a whole domain.
    if (pending?.denied !== undefined) return { refused: 'account-denied', who: email }
    const user = await tx.users.add({ name: decision.name, displayName: decision.displayName })
    await tx.externalIdentities.add({ issuer, subject, userId: user.id, groups })
    await tx.pendingAccounts.remove({ issuer, subject })
    return { user, how: 'join', groupsBefore: [] }
  }
  const { kind: how, user } = decision
  if (user.disabled) return { refused: 'user-disabled', who: user.name }
  if (how === 'link') {
    await tx.externalIdentities.add({ issuer, subject, userId: user.id, groups })
    await tx.pendingAccounts.remove({ issuer, subject })
  } else await tx.externalIdentities.used(issuer, subject, groups)
  return { user, how, groupsBefore: row?.groups ?? [] }
}
