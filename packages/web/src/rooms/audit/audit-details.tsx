import type { AuditEvent } from '@sallyport/api'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Mono } from '../../ui/mono.tsx'
import { countText } from '../../words/amounts.ts'
import { sentence } from '../../words/sentence.ts'
import { utcText } from '../../words/times.ts'
import type { AuditSearch } from './audit-search.ts'
import { EventLinks } from './event-links.tsx'
import { fieldsOf } from './event-text.ts'

interface AuditDetailsProps {
  readonly event: AuditEvent
  readonly onFilter: (change: Partial<AuditSearch>) => void
}

/** All of an event, and ways on from it. */
export function AuditDetails({ event, onFilter }: AuditDetailsProps) {
  const { summary, actor, source, session, sequence, time, hash } = event
  const own = fieldsOf(event).map(([name, value]) => [name, <Mono key={name}>{value}</Mono>] as const)
  return (
    <div className="grid gap-3 px-gutter pt-3 pb-3.5 wide:pr-6 wide:pl-[calc(1.5rem+7.75rem)]">
      <p className="max-w-[84ch] wrap-anywhere">{sentence(summary)}</p>
      <div className="grid items-start gap-x-10 wide:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Facts facts={own} />
        <Facts
          facts={[
            ['at', <Mono key="at">{utcText(new Date(time))}</Mono>],
            ['number', <Mono key="number">{countText(sequence)}</Mono>],
            ['hash', <Mono key="hash">{hash}</Mono>],
          ]}
        />
      </div>
      <p className="flex flex-wrap gap-x-4 gap-y-1 empty:hidden">
        <EventLinks event={event} />
      </p>
      <div className="flex flex-wrap items-center gap-2">
        {actor !== null && (
          <Button size="sm" onPress={() => onFilter({ actor })}>
            Filter by who
          </Button>
        )}
        {source !== null && (
          <Button size="sm" onPress={() => onFilter({ source })}>
            Filter by address
          </Button>
        )}
        {session !== null && (
          <Button size="sm" onPress={() => onFilter({ session })}>
            This session alone
          </Button>
        )}
        <CopyButton text={JSON.stringify(event, undefined, 2)} label="Copy as JSON" />
      </div>
    </div>
  )
}
