import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useCall } from '../../api/use-call.ts'
import { paths } from '../../paths.ts'
import { Button } from '../../ui/button.tsx'
import { DataRegion } from '../../ui/data-region.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { amountText } from '../../words/amounts.ts'
import { sentence } from '../../words/sentence.ts'
import { PolicyLine } from '../policy-line.tsx'

/** People that are named; whoever wants more asks the command. */
const NAMED_MAX = 200

/** Who may open a port somewhere, by the policy in force. */
export function ReachTab() {
  const [host, setHost] = useState('')
  const [port, setPort] = useState('22')
  const [asked, setAsked] = useState<{ readonly host: string; readonly port: number }>()
  const reachers = useCall(
    'policy.who-can',
    { ...(asked ?? { host: '-' }), limit: NAMED_MAX },
    { when: asked !== undefined },
  )
  return (
    <div className="grid content-start">
      <form
        className="flex flex-wrap items-end gap-3 px-gutter py-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (host.trim() !== '') setAsked({ host: host.trim(), port: Number(port) })
        }}
      >
        <div className="w-72 max-w-full">
          <TextField label="Target, address or name" value={host} onChange={setHost} mono placeholder="db-1" />
        </div>
        <div className="w-24">
          <TextField label="Port" value={port} onChange={setPort} mono inputMode="numeric" />
        </div>
        <Button type="submit" off={host.trim() === ''}>
          Show who may
        </Button>
      </form>
      {asked !== undefined && (
        <DataRegion query={reachers} reading="Asking the policy" failedTitle="The policy could not be asked">
          {({ destination, users, total, of, why }) => (
            <div className="px-gutter pb-6">
              <h2 className="border-b border-rule-2 pb-1.5">
                {amountText(total, 'person', 'people')} of {of} may open <span className="mono">{destination}</span>
              </h2>
              {users.length === 0 && (
                <div className="py-4">
                  <EmptyState title="Nobody">
                    {why === null ? 'No rule of the policy opens it to anybody.' : sentence(why)}
                  </EmptyState>
                </div>
              )}
              <ul>
                {users.map(({ name, line, source }) => (
                  <li key={name} className="flex flex-wrap gap-x-4 border-b border-rule py-1.5">
                    <Link to={paths.user} params={{ user: name } as never} className="mono min-w-40 flex-1 text-ink">
                      {name}
                    </Link>
                    <span className="mono flex-1 text-ink-2">{source}</span>
                    <PolicyLine line={line} />
                  </li>
                ))}
              </ul>
              {total > users.length && <p className="py-1.5 text-ink-3">and {total - users.length} more</p>}
            </div>
          )}
        </DataRegion>
      )}
    </div>
  )
}
