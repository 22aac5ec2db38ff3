import { useQuery } from '@tanstack/react-query'
import { callOptions } from '../../api/use-call.ts'
import { Badge } from '../../ui/badge.tsx'
import { Mark } from '../../ui/mark.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { countText } from '../../words/amounts.ts'
import { clockSecondsText } from '../../words/times.ts'

/** Walking the whole chain costs as much as it is long, so it is done once, and again when somebody asks. */
const FRESH = { staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false, refetchOnReconnect: false } as const

/** Whether the log is as it was written. */
export function ChainBadge() {
  const { data, error, dataUpdatedAt, isFetching, refetch } = useQuery({ ...callOptions('audit.verify'), ...FRESH })
  if (isFetching) return <span className="self-center text-ink-3">Verifying the chain</span>
  if (error !== null || data === undefined)
    return <TextButton onPress={() => void refetch()}>Verify the chain</TextButton>
  const brokenAt = data.problem?.sequence ?? null
  if (!data.ok)
    return (
      <span role="alert" className="self-center">
        <Badge mark="error" tone="stop">
          chain broken{brokenAt === null ? '' : ` at ${countText(brokenAt)}`}
        </Badge>
      </span>
    )
  return (
    <span className="mr-3 inline-flex items-center gap-2.5">
      <Mark name="seal" />
      <span>
        Chain verified to <span className="mono">{countText(data.entries)}</span>
        <small className="block text-xs text-ink-3">
          {clockSecondsText(new Date(dataUpdatedAt))},{' '}
          <TextButton onPress={() => void refetch()}>verify again</TextButton>
        </small>
      </span>
    </span>
  )
}
