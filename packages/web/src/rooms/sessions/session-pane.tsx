import type { Session } from '@sallyport/api'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../../api/use-signed-in.ts'
import { paths } from '../../paths.ts'
import { Button } from '../../ui/button.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Mono } from '../../ui/mono.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { durationText } from '../../words/times.ts'
import { EndSessionDialog } from './end-session-dialog.tsx'
import { PassageFacts } from './passage-facts.tsx'
import { whereTo } from './sessions-view.ts'

interface SessionPaneProps {
  readonly session: Session
  readonly now: Date
  readonly onClose: () => void
}

/** What is known of one session. */
export function SessionPane({ session, now, onClose }: SessionPaneProps) {
  const [ending, setEnding] = useState(false)
  const mayEnd = useMay(['owner', 'admin'])
  const { id, user, source, source_port, client, key, started_at, idle_seconds } = session
  return (
    <div className="grid gap-4">
      <header className="flex items-start gap-3">
        <h2 className="mono min-w-0 flex-1 wrap-anywhere">{whereTo(session)}</h2>
        <StateBadge state="live" />
        <Button kind="plain" size="sm" square mark="cross" label="Close" onPress={onClose} />
      </header>
      <div className="flex flex-wrap gap-2">
        <Link to={paths.audit} search={{ session: id } as never} className="self-center">
          What happened in it
        </Link>
        <span className="flex-1" />
        {mayEnd && (
          <Button kind="stop" mark="end" onPress={() => setEnding(true)}>
            End session…
          </Button>
        )}
      </div>
      <Facts
        facts={[
          [
            'Who',
            <Link key="who" to={paths.user} params={{ user } as never} className="mono">
              {user}
            </Link>,
          ],
          [
            'From',
            <span key="from">
              <Mono>
                {source}:{source_port}
              </Mono>
              , <Mono>{client}</Mono>
            </span>,
          ],
          ['Proof', <Mono key="proof">{key}</Mono>],
          ['Since', <Moment key="since" at={started_at} as="both" />],
          ['Idle for', durationText(Math.min(idle_seconds * 1000, now.getTime() - Date.parse(started_at)))],
        ]}
      />
      {session.passages.map((passage) => (
        <PassageFacts key={passage.id} passage={passage} />
      ))}
      {ending && <EndSessionDialog session={session} now={now} onClose={() => setEnding(false)} />}
    </div>
  )
}
