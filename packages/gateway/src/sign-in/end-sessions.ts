import type { AuditEvent } from '@sallyport/audit'
import type { User } from '@sallyport/model'
import type { Repositories, WebSession } from '@sallyport/store'
import { revokeCertificates } from '../authority/certificate-service.ts'

export interface EndSessions {
  readonly actor: string
  /** Which of theirs; all of them unless said. */
  readonly which?: (session: WebSession) => boolean
}

/** Signs a person out as a part of a change: sessions end with what was signed for them, or neither does. Gives how many. */
export async function endSessions(
  { webSessions, certificates }: Pick<Repositories, 'webSessions' | 'certificates'>,
  record: (event: AuditEvent) => void,
  user: Pick<User, 'id' | 'name'>,
  { actor, which = () => true }: EndSessions,
): Promise<number> {
  const ending = (await webSessions.list(user.id)).filter(which)
  for (const { id } of ending) {
    await webSessions.remove({ id })
    await revokeCertificates({ certificates }, record, { session: id }, { actor, reason: 'signed out' })
    record({ type: 'signed-out', actor, webSession: id, user: user.name })
  }
  return ending.length
}
