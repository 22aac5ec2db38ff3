import type { AuditEvent } from '@sallyport/api'
import { Link } from '@tanstack/react-router'
import { paths } from '../../paths.ts'
import { personIn } from './event-text.ts'

/** Ways to what an event names: its person, its target, its session, the question that the policy answered. */
export function EventLinks({ event }: { readonly event: AuditEvent }) {
  const { actor, data, session, target, type } = event
  const person = personIn(event)
  const host = data['destination_host']
  const asked = target ?? (typeof host === 'string' ? host : undefined)
  return (
    <>
      {person !== undefined && (
        <Link to={paths.user} params={{ user: person } as never}>
          Person {person}
        </Link>
      )}
      {target !== null && (
        <Link to={paths.target} params={{ target } as never}>
          Target {target}
        </Link>
      )}
      {session !== null && (
        <Link to={paths.sessions} search={{ session } as never}>
          Session
        </Link>
      )}
      {type === 'access-denied' && actor !== null && asked !== undefined && (
        <Link to={paths.policy} search={{ user: actor, host: asked, port: data['port'] } as never}>
          Explain this
        </Link>
      )}
    </>
  )
}
