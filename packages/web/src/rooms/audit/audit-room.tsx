import { useMay } from '../../api/use-signed-in.ts'
import { Page } from '../../frame/page.tsx'
import { Banner } from '../../ui/banner.tsx'
import { NoPermissionState } from '../../ui/no-permission-state.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { useNow } from '../../ui/use-now.ts'
import { useFilters } from '../use-filters.ts'
import { AuditFacets } from './audit-facets.tsx'
import { AuditHistogram } from './audit-histogram.tsx'
import { AuditLog } from './audit-log.tsx'
import { faultOf } from './audit-query.ts'
import { type AuditSearch, readAuditSearch } from './audit-search.ts'
import { AuditState } from './audit-state.tsx'
import { AuditTools } from './audit-tools.tsx'
import { ChainBadge } from './chain-badge.tsx'
import { ExportMenu } from './export-menu.tsx'
import { useAuditCounts } from './use-audit-counts.ts'
import { useAuditPages } from './use-audit-pages.ts'

/** What happened, and proof that nobody changed it since. */
export function AuditRoom() {
  const mayRead = useMay(['owner', 'admin', 'auditor'])
  if (mayRead) return <Audit />
  return (
    <Page title="Audit">
      <div className="px-gutter py-6">
        <NoPermissionState title="You may not read the audit log">
          It takes the role auditor, admin or owner. An owner or admin can give it to you.
        </NoPermissionState>
      </div>
    </Page>
  )
}

function Audit() {
  const [search, setSearch] = useFilters(readAuditSearch)
  const pages = useAuditPages(search)
  const counts = useAuditCounts(search)
  const events = pages.data?.flat() ?? []
  const fault = faultOf(search, useNow())
  const filter = (change: Partial<AuditSearch>) => setSearch({ event: undefined, ...change })
  const counted = counts.data
  return (
    <Page
      title="Audit"
      state={counted !== undefined && <AuditState counts={counted} />}
      acts={
        <>
          <ChainBadge />
          <ExportMenu events={events} />
        </>
      }
      tools={<AuditTools search={search} onChange={filter} />}
    >
      <div className="flex min-h-full flex-col border-t border-rule wide:absolute wide:inset-0 min-[80rem]:flex-row">
        {counted !== undefined && <AuditFacets counts={counted} search={search} onChange={filter} />}
        <section aria-label="Events" className="min-h-0 min-w-0 flex-1 wide:overflow-y-auto">
          {fault !== undefined && <Banner tone="caution">{fault}</Banner>}
          {counts.error !== null && pages.error === null && (
            <Banner tone="caution" act={<TextButton onPress={() => void counts.refetch()}>Count again</TextButton>}>
              The events could not be counted.
            </Banner>
          )}
          {counted !== undefined && counted.buckets.length > 0 && (
            <AuditHistogram counts={counted} search={search} onChange={filter} />
          )}
          <AuditLog
            pages={pages}
            events={events}
            search={search}
            onRetry={() => void Promise.all([pages.refetch(), counts.refetch()])}
            onOpen={(event) => setSearch({ event })}
            onFilter={filter}
          />
        </section>
      </div>
    </Page>
  )
}
