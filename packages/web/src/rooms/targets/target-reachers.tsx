import type { Target } from '@sallyport/api'
import { Link } from '@tanstack/react-router'
import { useCall } from '../../api/use-call.ts'
import { paths } from '../../paths.ts'
import { DataRegion } from '../../ui/data-region.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { amountText } from '../../words/amounts.ts'
import { sentence } from '../../words/sentence.ts'
import { PolicyLine } from '../policy-line.tsx'
import { Section } from '../section.tsx'

/** People that are named; the policy's page has all. */
const NAMED_MAX = 50

/** Who may go there, each with the line that says so. */
export function TargetReachers({ target: { name, port } }: { readonly target: Target }) {
  const reachers = useCall('policy.who-can', { host: name, port, limit: NAMED_MAX })
  const why = reachers.data?.why ?? null
  return (
    <Section
      title="Who may go there"
      note={
        reachers.data === undefined
          ? undefined
          : `${amountText(reachers.data.total, 'person', 'people')} of ${reachers.data.of}, on port ${port}.`
      }
    >
      <div className="-mx-gutter">
        <DataRegion
          query={reachers}
          reading="Asking the policy"
          failedTitle="The policy could not be asked"
          isEmpty={({ users }) => users.length === 0}
          empty={
            <EmptyState title="Nobody">
              {why === null ? 'No rule of the policy opens it to anybody.' : sentence(why)}
            </EmptyState>
          }
        >
          {({ users, total }) => (
            <ul className="grid px-gutter">
              {users.map(({ name: user, line, source }) => (
                <li
                  key={user}
                  className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1 border-b border-rule py-1.5 mid:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_7rem]"
                >
                  <Link
                    to={paths.user}
                    params={{ user } as never}
                    className="mono text-ink wrap-anywhere max-mid:col-span-2"
                  >
                    {user}
                  </Link>
                  <span className="mono text-ink-2 wrap-anywhere">{source}</span>
                  <PolicyLine line={line} />
                </li>
              ))}
              {total > users.length && <li className="py-1.5 text-ink-3">and {total - users.length} more</li>}
            </ul>
          )}
        </DataRegion>
      </div>
    </Section>
  )
}
