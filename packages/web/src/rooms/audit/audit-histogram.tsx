import type { AuditCounts } from '@sallyport/api'
import { Histogram } from '../../ui/histogram.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { durationText } from '../../words/times.ts'
import { momentParam } from './audit-query.ts'
import type { AuditSearch } from './audit-search.ts'
import { axisOf, edgeAt, frameClock } from './histogram-times.ts'

interface AuditHistogramProps {
  readonly counts: AuditCounts
  readonly search: AuditSearch
  readonly onChange: (change: Partial<AuditSearch>) => void
}

/** The events of the query over time; a span of it becomes its `after:` and `before:`. */
export function AuditHistogram({ counts, search, onChange }: AuditHistogramProps) {
  const { start, bucket_seconds: seconds, buckets } = counts
  const say = frameClock(counts)
  const narrowed = search.after !== undefined || search.before !== undefined
  return (
    <div className="border-b border-rule px-gutter pt-3 pb-2 wide:px-6">
      <Histogram
        // Another frame begins without a span.
        key={`${start} ${seconds} ${buckets.length}`}
        label="Events over time"
        bars={buckets.map(({ count, denied }) => ({ all: count, below: denied }))}
        edgeText={(edge) => say(edgeAt(counts, edge))}
        legend={{ all: `above the line: events in ${durationText(seconds * 1000)}`, below: 'below it: denied' }}
        axis={axisOf(counts)}
        onSelect={(from, until) =>
          onChange({ after: momentParam(edgeAt(counts, from)), before: momentParam(edgeAt(counts, until), true) })
        }
        act={
          narrowed && (
            <TextButton onPress={() => onChange({ after: undefined, before: undefined })}>All times</TextButton>
          )
        }
      />
    </div>
  )
}
