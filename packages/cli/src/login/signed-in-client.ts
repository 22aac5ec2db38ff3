import { type ApiClient, ApiError } from '@sallyport/api'
import type { Remote } from '../remote/choose-gateway.ts'
import { notSignedIn, sessionEnded } from './person.ts'

/** A client whose caller is told what to type where the gateway does not know them: it speaks of tokens, people of signing in. */
export function signedInClient(client: ApiClient, remote: Remote): ApiClient {
  const told = (error: unknown): unknown => {
    if (!(error instanceof ApiError && error.reason === 'caller.unknown')) return error
    if (remote.token === undefined) return notSignedIn(remote)
    // A token out of the environment is its owner's business.
    return remote.token === remote.profiles.session(remote.profile.server)?.token ? sessionEnded(remote) : error
  }
  return {
    async call(...parameters) {
      try {
        return await client.call(...parameters)
      } catch (error) {
        throw told(error)
      }
    },
    async *stream(...parameters) {
      try {
        yield* client.stream(...parameters)
      } catch (error) {
        throw told(error)
      }
    },
  }
}
