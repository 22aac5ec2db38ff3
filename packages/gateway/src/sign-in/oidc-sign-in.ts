import { ACTOR_GATEWAY, ACTOR_STRANGER, type AuditEvent } from '@sallyport/audit'
import { accountFor, type OidcIdentity, type OidcProvider } from '@sallyport/identity'
import type { User, WebSessionId } from '@sallyport/model'
import { type FactorAt, type Repositories, StoreError } from '@sallyport/store'
import type { RecordedChange } from '../state/recorded-change.ts'
import { nextPage } from './next-page.ts'
import type { CameBack, FlowPurpose, OidcFlows } from './oidc-flows.ts'
import { type OpenedSession, type SignInFrom, SignInRefused, type SignInService } from './sign-in-service.ts'

/** How long ago the provider may have seen somebody who is to prove themselves anew, in seconds. */
const FRESH_SECONDS = 60

export interface OidcSignInParts {
  readonly flows: OidcFlows
  readonly signIn: Pick<SignInService, 'openProved'>
  /** Resolves once what was committed is in force. */
  readonly refresh: () => Promise<void>
  readonly change: RecordedChange
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
    options: {
      readonly next: string | undefined
      readonly fresh: boolean
      readonly browser: string | undefined
      readonly replaces: WebSessionId | undefined
    },
  ): Promise<{ readonly location: string; readonly browser: string }> {
    const purpose: FlowPurpose = { kind: 'sign-in', next: nextPage(options.next), replaces: options.replaces }
    const ask = options.fresh ? { maxAge: FRESH_SECONDS, again: true } : {}
    return this.#parts.flows.begin(name, purpose, options.browser, ask)
  }

  /** Whoever came back from a provider, signed in. Throws OidcRefused. */
  async open({ provider, identity, purpose }: CameBack, from: SignInFrom): Promise<OpenedSession> {
    const { name } = provider
    try {
      const user = await this.#account(provider, identity, from)
      const replaces = purpose.kind === 'sign-in' ? purpose.replaces : undefined
      const entering = { ...from, replaces }
      const { issuer, subject } = identity
      return await this.#parts.signIn.openProved(
        user.id,
        `oidc:${name}`,
        this.#factors(name, identity),
        entering,
        async (tx) => (await tx.externalIdentities.get(issuer, subject))?.userId === user.id,
      )
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
    const { change, refresh } = this.#parts
    const found = await change(async (tx, record) => {
      const found = await find(tx, provider, identity)
      for (const event of eventsOf(found, provider, identity)) record({ source: from.source, ...event })
      return found
    }).catch((cause: unknown) => {
      // Of two who come at once for one account, one gets it.
      if (cause instanceof StoreError && cause.code === 'already-exists')
        throw new SignInRefused('account-linked', { cause })
      throw cause
    })
    if ('refused' in found) return this.#refuseAccount(provider, found.refused, found.who, from)
    await refresh()
    return found.user
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

/** What is written down of what was found, with it. */
function eventsOf(
  found: Found,
  { name: provider }: OidcProvider,
  { subject, email: address = '', groups }: OidcIdentity,
): readonly AuditEvent[] {
  if ('refused' in found) {
    const { asks = false } = found
    return asks ? [{ type: 'account-asked', actor: ACTOR_STRANGER, provider, subject, address }] : []
  }
  const actor = ACTOR_GATEWAY
  const { user, how, groupsBefore } = found
  const { name, id: userId, role } = user
  return [
    ...(how === 'join' ? [{ type: 'user-added', actor, user: name, userId, role } as const] : []),
    ...(how === 'sign-in' ? [] : [{ type: 'identity-linked', actor, user: name, provider, subject, how } as const]),
    ...(groups.join() === groupsBefore.join()
      ? []
      : [{ type: 'groups-vouched', actor, user: name, provider, groups } as const]),
  ]
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
