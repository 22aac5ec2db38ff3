import { ApiError } from '@sallyport/api'
import type { Repositories } from '@sallyport/store'
import type { Caller } from './services.ts'

/**
 * Requires, in the transaction that gives somebody another way in, that the session which asked for it is still there: what
 * signs people out must not be outlived by what they had begun. Throws ApiError `caller.unknown`.
 */
export async function requireStillIn(
  { webSessions }: Pick<Repositories, 'webSessions'>,
  { peer }: Pick<Caller, 'peer'>,
): Promise<void> {
  if (peer.by !== 'session') return
  if ((await webSessions.list(peer.userId)).some(({ id }) => id === peer.webSession)) return
  throw new ApiError('caller.unknown', 'you were signed out meanwhile', { fix: 'sign in again, then repeat it' })
}
