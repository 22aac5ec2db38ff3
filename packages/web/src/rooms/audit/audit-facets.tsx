import type { AuditCounts } from '@sallyport/api'
import { useMedia } from '../../ui/use-media.ts'
import { AuditFacet } from './audit-facet.tsx'
import type { AuditSearch } from './audit-search.ts'

interface AuditFacetsProps {
  readonly counts: AuditCounts
  readonly search: AuditSearch
  readonly onChange: (change: Partial<AuditSearch>) => void
}

/** The most frequent values of the query; each becomes a filter, or ceases to be one. */
export function AuditFacets({ counts, search, onChange }: AuditFacetsProps) {
  // Below, the rows need the width; there they open above them.
  const beside = useMedia('(min-width: 80rem)')
  const facets = (
    <div className="grid grid-cols-1 content-start gap-4 mid:grid-cols-2 min-[80rem]:grid-cols-1">
      <AuditFacet title="Outcome" field="outcome" values={counts.outcomes} search={search} onChange={onChange} />
      <AuditFacet title="Event" field="type" values={counts.types} search={search} onChange={onChange} mono />
      <AuditFacet title="Who" field="actor" values={counts.actors} search={search} onChange={onChange} />
      <AuditFacet title="Target" field="target" values={counts.targets} search={search} onChange={onChange} mono />
    </div>
  )
  if (beside)
    return (
      <aside
        aria-label="Narrow down"
        className="w-56 flex-none overflow-y-auto border-r border-rule py-3 pr-4 pl-gutter"
      >
        {facets}
      </aside>
    )
  return (
    <details className="border-b border-rule px-gutter py-2">
      <summary className="min-h-target cursor-default py-0.5 text-ink-2">Narrow down</summary>
      <div className="pt-2 pb-3">{facets}</div>
    </details>
  )
}
