import { ApiError, SIGN_IN_REFUSALS, signInRefusalName } from '@sallyport/api'
import type { User } from '@sallyport/model'
import { browserCookie } from '../http/cookies.ts'
import { OIDC_FLOW_MS } from '../sign-in/oidc-flows.ts'
import type { Linker } from '../sign-in/oidc-links.ts'
import { SignInRefused } from '../sign-in/sign-in-service.ts'
import type { Handlers } from './handlers.ts'
import type { Caller, Services } from './services.ts'
import { shownIdentity } from './shown-identity.ts'
import { requireStillIn } from './still-in.ts'

export interface Selves {
  readonly self: (caller: Caller) => User
  /** Whoever asks, proved a short while ago. */
  readonly freshSelf: (caller: Caller) => User
}

/** `me.identity-…`: people's own identities at providers. */
export function ownIdentityHandlers(
  services: Services,
  { self, freshSelf }: Selves,
): Pick<Handlers, 'me.identity-begin' | 'me.identity-finish' | 'me.identity-unlink'> {
  const { oidcLinks } = services
  return {
    async 'me.identity-begin'({ provider }, caller) {
      const linker = linkerOf(freshSelf(caller), caller)
      const begun = await oidcLinks.begin(provider, linker).catch(orProviderFailed)
      caller.setCookie(browserCookie(begun.browser, OIDC_FLOW_MS / 1000))
      return { location: begun.location }
    },

    async 'me.identity-finish'({ ticket }, caller) {
      const linked = await oidcLinks.finish(ticket, linkerOf(self(caller), caller), (tx) => requireStillIn(tx, caller))
      if (typeof linked !== 'string') return shownIdentity(services, linked)
      if (linked === 'over') {
        throw new ApiError('identity.unproved', 'nothing was proved that could be linked here', {
          why: 'it took too long, was finished already, or was begun by another session',
          fix: 'begin once more',
        })
      }
      throw new ApiError(
        'identity.taken',
        linked === 'own'
          ? 'this identity is linked to you already'
          : 'this identity is linked to somebody else’s account',
        { fix: 'sign in at the provider as somebody else, or ask an admin' },
      )
    },

    async 'me.identity-unlink'(which, caller) {
      const user = freshSelf(caller)
      const { peer, actor } = caller
      const keep = peer.by === 'session' ? peer.webSession : undefined
      const source = 'source' in peer ? peer.source : undefined
      const unlinked = await oidcLinks.unlink(user, which, { actor, source, lastStays: true, keep })
      if (unlinked !== undefined) return shownIdentity(services, unlinked)
      throw new ApiError('credential.not-found', 'you have no such identity')
    },
  }
}

function linkerOf(user: User, { peer }: Caller): Linker {
  if (peer.by === 'session') return { user, webSession: peer.webSession, source: peer.source }
  throw new ApiError('caller.unknown', 'this is for somebody who is signed in with a browser', {
    fix: 'open the console’s page about you',
  })
}

function orProviderFailed(cause: unknown): never {
  if (!(cause instanceof SignInRefused)) throw cause
  const { message } = SIGN_IN_REFUSALS[signInRefusalName(cause.reason)]
  throw new ApiError('provider.failed', message, { fix: 'try again later, or ask an admin', cause })
}
