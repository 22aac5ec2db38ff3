import type { AuditEvent } from '@sallyport/audit'
import type { User } from '@sallyport/model'
import type { Repositories } from '@sallyport/store'
import { endSessions } from '../sign-in/end-sessions.ts'
import type { Caller } from './services.ts'

/** Signs a person out everywhere but where they ask from, as a part of a change. Gives how many sessions ended. */
export function endOthers(
  tx: Pick<Repositories, 'webSessions' | 'certificates'>,
  record: (event: AuditEvent) => void,
  user: User,
  { peer, actor }: Pick<Caller, 'peer' | 'actor'>,
): Promise<number> {
  const current = peer.by === 'session' ? peer.webSession : undefined
  return endSessions(tx, record, user, { actor, which: ({ id }) => id !== current })
}
