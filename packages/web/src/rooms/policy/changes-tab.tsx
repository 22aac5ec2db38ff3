import type { PolicyReport } from '@sallyport/api'
import { useCall } from '../../api/use-call.ts'
import { DataRegion } from '../../ui/data-region.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { amountText } from '../../words/amounts.ts'
import { Section } from '../section.tsx'
import { EffectsList } from './effects-list.tsx'
import { readsWell } from './policy-state.ts'

interface ChangesTabProps {
  readonly text: string
  readonly changed: number
  readonly report: PolicyReport | undefined
}

/** What publishing the draft would do, said in people and ways, not in lines. */
export function ChangesTab({ text, changed, report }: ChangesTabProps) {
  const reads = readsWell(report)
  const diff = useCall('policy.diff', { text }, { when: changed > 0 && reads })
  if (changed === 0)
    return (
      <div className="px-gutter py-6">
        <EmptyState title="No draft">What you change in the editor is compared here with what is in force.</EmptyState>
      </div>
    )
  if (report !== undefined && !reads)
    return (
      <div className="px-gutter py-6">
        <EmptyState title="The draft has mistakes">It can be compared once it reads.</EmptyState>
      </div>
    )
  return (
    <DataRegion query={diff} reading="Comparing" failedTitle="The draft could not be compared">
      {(data) => (
        <div className="px-gutter py-6">
          <Section
            title={`Against version ${data.against}`}
            note={`${amountText(data.losers, 'person', 'people')} would lose something, ${amountText(data.gainers, 'person', 'people')} would gain.`}
          >
            <EffectsList diff={data} />
          </Section>
        </div>
      )}
    </DataRegion>
  )
}
