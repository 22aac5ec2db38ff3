import { useMay } from '../../api/use-signed-in.ts'
import { Page } from '../../frame/page.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { LoadingState } from '../../ui/loading-state.tsx'
import { NoPermissionState } from '../../ui/no-permission-state.tsx'
import { useNow } from '../../ui/use-now.ts'
import { countText } from '../../words/amounts.ts'
import { useFilters } from '../use-filters.ts'
import { AuditHead } from './audit-head.tsx'
import { faultOf, tokensOf } from './audit-query.ts'
import { AuditRow } from './audit-row.tsx'
import { readAuditSearch } from './audit-search.ts'
import { AuditTools } from './audit-tools.tsx'
import { ChainBadge } from './chain-badge.tsx'
import { ExportMenu } from './export-menu.tsx'
import { outcomeOf } from './outcome.ts'
import { useAuditPages } from './use-audit-pages.ts'

/** What happened, and proof that nobody changed it since. */
export function AuditRoom() {
  const [search, setSearch] = useFilters(readAuditSearch)
  const mayRead = useMay(['owner', 'admin', 'auditor'])
  const pages = useAuditPages(search)
  const events = pages.data?.flat() ?? []
  const denied = events.filter(({ type }) => outcomeOf(type).word === 'denied').length
  const fault = faultOf(search, useNow())
  if (!mayRead)
    return (
      <Page title="Audit">
        <div className="px-gutter py-6">
          <NoPermissionState title="You may not read the audit log">
            It takes the role auditor, admin or owner. An owner or admin can give it to you.
          </NoPermissionState>
        </div>
      </Page>
    )
  return (
    <Page
      title="Audit"
      state={
        pages.data !== undefined && (
          <>
            <strong>{countText(events.length)}</strong>
            {pages.hasNextPage ? ' newest events that match' : events.length === 1 ? ' event matches' : ' events match'}
            {denied > 0 && (
              <>
                , <strong>{countText(denied)} denied</strong>
              </>
            )}
            .
          </>
        )
      }
      acts={
        <>
          <ChainBadge />
          <ExportMenu events={events} />
        </>
      }
      tools={<AuditTools search={search} onChange={(change) => setSearch({ ...change, event: undefined })} />}
    >
      {fault !== undefined && <Banner tone="caution">{fault}</Banner>}
      {pages.error !== null && pages.data === undefined ? (
        <div className="px-gutter py-6">
          <ErrorState title="The log could not be read" error={pages.error} onRetry={() => void pages.refetch()} />
        </div>
      ) : pages.data === undefined ? (
        <div className="px-gutter py-6">
          <LoadingState what="Reading events" />
        </div>
      ) : events.length === 0 ? (
        <div className="px-gutter py-6">
          <EmptyState title={tokensOf(search).length === 0 ? 'Nothing happened yet' : 'No event fits'}>
            {tokensOf(search).length === 0
              ? 'What people and the gateway do is written here as it happens.'
              : 'Take a filter away to see more.'}
          </EmptyState>
        </div>
      ) : (
        <>
          <AuditHead />
          <ol aria-label="Events, newest first" className="border-t border-rule">
            {events.map((event) => (
              <AuditRow
                key={event.sequence}
                event={event}
                open={search.event === String(event.sequence)}
                onToggle={(open) => setSearch({ event: open ? String(event.sequence) : undefined })}
                onFilter={(change) => setSearch({ ...change, event: undefined })}
              />
            ))}
          </ol>
        </>
      )}
      {pages.hasNextPage && (
        <div className="px-gutter py-4">
          <Button onPress={() => void pages.fetchNextPage()} busy={pages.isFetchingNextPage ? 'Reading' : undefined}>
            Show older events
          </Button>
        </div>
      )}
    </Page>
  )
}
