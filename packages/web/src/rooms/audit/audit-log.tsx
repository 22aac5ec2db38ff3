import type { AuditEvent } from '@sallyport/api'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { LoadingState } from '../../ui/loading-state.tsx'
import { AuditHead } from './audit-head.tsx'
import { tokensOf } from './audit-query.ts'
import { AuditRow } from './audit-row.tsx'
import type { AuditSearch } from './audit-search.ts'
import type { useAuditPages } from './use-audit-pages.ts'

interface AuditLogProps {
  readonly pages: ReturnType<typeof useAuditPages>
  readonly events: readonly AuditEvent[]
  readonly search: AuditSearch
  readonly onRetry: () => void
  readonly onOpen: (event: string | undefined) => void
  readonly onFilter: (change: Partial<AuditSearch>) => void
}

/** The events that fit, newest first, and the states of a list. */
export function AuditLog({ pages, events, search, onRetry, onOpen, onFilter }: AuditLogProps) {
  const filtered = tokensOf(search).length > 0
  if (pages.error !== null && pages.data === undefined)
    return (
      <div className="px-gutter py-6 wide:px-6">
        <ErrorState title="The log could not be read" error={pages.error} onRetry={onRetry} />
      </div>
    )
  if (pages.data === undefined)
    return (
      <div className="px-gutter py-6 wide:px-6">
        <LoadingState what="Reading events" />
      </div>
    )
  if (events.length === 0)
    return (
      <div className="px-gutter py-6 wide:px-6">
        <EmptyState title={filtered ? 'No event fits' : 'Nothing happened yet'}>
          {filtered
            ? 'Take a filter away to see more.'
            : 'What people and the gateway do is written here as it happens.'}
        </EmptyState>
      </div>
    )
  return (
    <>
      <AuditHead />
      <ol aria-label="Events, newest first">
        {events.map((event) => (
          <AuditRow
            key={event.sequence}
            event={event}
            open={search.event === String(event.sequence)}
            onToggle={(open) => onOpen(open ? String(event.sequence) : undefined)}
            onFilter={onFilter}
          />
        ))}
      </ol>
      {pages.hasNextPage && (
        <div className="px-gutter py-4 wide:px-6">
          <Button onPress={() => void pages.fetchNextPage()} busy={pages.isFetchingNextPage ? 'Reading' : undefined}>
            Show older events
          </Button>
        </div>
      )}
    </>
  )
}
