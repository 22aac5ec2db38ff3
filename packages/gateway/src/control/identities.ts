import { ApiError, type PendingAccount as ApiPendingAccount, type IdentityProvider } from '@sallyport/api'
import { IdentityError } from '@sallyport/identity'
import { isUserName } from '@sallyport/model'
import { type PendingAccount, StoreError } from '@sallyport/store'
import type { Handlers } from './handlers.ts'
import { requireRank } from './rank.ts'
import { recordedChange, type Services, timeText } from './services.ts'
import { shownIdentity } from './shown-identity.ts'
import { findUser, plain, unlessTaken, userDetail } from './users.ts'

type AccountRoute = 'user.unlink' | 'user.pending' | 'user.approve' | 'user.deny' | 'user.forget' | 'idp.list'

/** Identities of others, who waits for an account, and the providers. */
export function identityHandlers(services: Services): Pick<Handlers, AccountRoute> {
  const { store, roster, oidcProviders, oidcLinks } = services

  const shown = ({ issuer, displayName, denied, ...pending }: PendingAccount): ApiPendingAccount => ({
    id: pending.id,
    provider: oidcProviders.nameOf(issuer) ?? null,
    issuer,
    subject: pending.subject,
    email: pending.email,
    display_name: displayName,
    first_asked_at: timeText(pending.firstAskedAt),
    last_asked_at: timeText(pending.lastAskedAt),
    denied: denied === undefined ? null : { at: timeText(denied.at), by: denied.by },
  })
  /** By id, or by an address that only one of them has. */
  const findPending = async (selector: string): Promise<PendingAccount> => {
    const all = await store.pendingAccounts.list()
    const found = all.filter(({ id, email }) => id === selector || email === selector.toLowerCase())
    if (found[0] !== undefined && found.length === 1) return found[0]
    throw new ApiError(
      'pending.not-found',
      found.length === 0 ? `nobody waits as “${plain(selector)}”` : `more than one waits as “${plain(selector)}”`,
      { fix: found.length === 0 ? 'sallyport user pending' : 'name one by the id that sallyport user pending shows' },
    )
  }
  const factsOf = ({ issuer, subject, email: address }: PendingAccount) => ({
    provider: oidcProviders.nameOf(issuer) ?? issuer,
    subject,
    address,
  })

  return {
    async 'user.unlink'({ user: selector, ...which }, caller) {
      const user = findUser(services, selector)
      requireRank(caller, user)
      const { actor, peer } = caller
      const source = 'source' in peer ? peer.source : undefined
      const unlinked = await oidcLinks.unlink(user, which, { actor, source, lastStays: false, keep: undefined })
      if (unlinked !== undefined) return shownIdentity(services, unlinked)
      throw new ApiError('credential.not-found', `${user.name} has no such identity`, {
        fix: `sallyport user show ${user.name}`,
      })
    },

    'user.pending': async () => ({ pending: (await store.pendingAccounts.list()).map(shown) }),

    async 'user.approve'({ pending: selector, name: chosen }, { actor }) {
      const pending = await findPending(selector)
      const { id, issuer, subject, displayName } = pending
      const name = chosen ?? pending.email
      if (!isUserName(name)) {
        throw new ApiError('user.name-invalid', `“${plain(name)}” cannot be a login name`, {
          why: 'lower-case letters, digits, “.”, “_” and “-”, at most one @domain, at most 64 characters',
        })
      }
      const taken = `there is a user “${name}” already`
      const user = await unlessTaken('user.exists', taken, () =>
        recordedChange(services, async (tx, record) => {
          // Looked at inside: of two admins, one decides.
          if ((await tx.pendingAccounts.get(id)) === undefined) throw decided()
          const user = await tx.users.add({ name, displayName })
          await linkUnlessLinked(() => tx.externalIdentities.add({ issuer, subject, userId: user.id, groups: [] }))
          await tx.pendingAccounts.remove(pending)
          record({ type: 'user-added', actor, user: name, userId: user.id, role: user.role })
          const { provider } = factsOf(pending)
          record({ type: 'identity-linked', actor, user: name, provider, subject, how: 'approve' })
          return user
        }),
      )
      await roster.refresh()
      return userDetail(services, findUser(services, user.id))
    },

    async 'user.deny'({ pending: selector }, { actor }) {
      const { id } = await findPending(selector)
      const denied = await recordedChange(services, async (tx, record) => {
        const denied = await tx.pendingAccounts.deny(id, actor)
        record({ type: 'account-denied', actor, ...factsOf(denied) })
        return denied
      })
      return shown(denied)
    },

    async 'user.forget'({ pending: selector }, { actor }) {
      const pending = await findPending(selector)
      await recordedChange(services, async (tx, record) => {
        await tx.pendingAccounts.remove(pending)
        record({ type: 'account-forgotten', actor, ...factsOf(pending) })
      })
      return shown(pending)
    },

    async 'idp.list'() {
      const linked = await store.externalIdentities.list()
      const declared = Object.entries(services.config.current.oidc.providers)
      const providers = declared.map(async ([name, setting]): Promise<IdentityProvider> => {
        const failure = await failureOf(() => oidcProviders.client(name)?.discover())
        return {
          name,
          title: setting.title ?? name,
          issuer: setting.issuer,
          client_id: setting.client_id,
          domains: [...setting.domains],
          auto_join: setting.auto_join,
          state: failure === undefined ? 'ready' : 'failed',
          detail: failure ?? '',
          identities: linked.filter(({ issuer }) => issuer === setting.issuer).length,
        }
      })
      return { redirect_uri: oidcProviders.redirectUri, providers: await Promise.all(providers) }
    },
  }
}

async function failureOf(run: () => Promise<unknown> | undefined): Promise<string | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    if (error instanceof IdentityError) return error.message
    throw error
  }
}

async function linkUnlessLinked<T>(link: () => Promise<T>): Promise<T> {
  try {
    return await link()
  } catch (cause) {
    if (cause instanceof StoreError && cause.code === 'already-exists') {
      throw new ApiError('identity.taken', 'this identity is linked to somebody’s account by now', { cause })
    }
    throw cause
  }
}

function decided(): ApiError {
  return new ApiError('pending.not-found', 'another admin has just decided', { fix: 'sallyport user pending' })
}
