import type { AuditEvent } from '@sallyport/api'
import { Link } from '@tanstack/react-router'
import { paths } from '../../paths.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Mono } from '../../ui/mono.tsx'
import { sentence } from '../../words/sentence.ts'
import type { AuditSearch } from './audit-search.ts'
import { fieldName, fieldValue } from './event-text.ts'

interface AuditDetailsProps {
  readonly event: AuditEvent
  readonly onFilter: (change: Partial<AuditSearch>) => void
}

/** All of an event, and ways on from it. */
export function AuditDetails({ event, onFilter }: AuditDetailsProps) {
  const { summary, data, actor, source, session, target, hash } = event
  const host = data['destination_host']
  const asked = target ?? (typeof host === 'string' ? host : undefined)
  return (
    <div className="grid gap-3 px-gutter pt-3 pb-3.5 wide:pl-[calc(var(--gutter)+9.25rem)]">
      <p className="max-w-[84ch] wrap-anywhere">{sentence(summary)}</p>
      <Facts
        facts={[
          ...Object.entries(data).map(
            ([name, value]) => [fieldName(name), <Mono key={name}>{fieldValue(value)}</Mono>] as const,
          ),
          ['hash', <Mono key="hash">{hash}</Mono>],
        ]}
      />
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
        {event.type === 'access-denied' && actor !== null && asked !== undefined && (
          <Link to={paths.policy} search={{ user: actor, host: asked, port: data['port'] } as never}>
            Explain this
          </Link>
        )}
        <CopyButton text={JSON.stringify(event, undefined, 2)} label="Copy as JSON" />
      </div>
    </div>
  )
}
