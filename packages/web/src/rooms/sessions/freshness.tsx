import type { StreamState } from '../../api/use-stream.ts'
import { Badge } from '../../ui/badge.tsx'
import { clockSecondsText } from '../../words/times.ts'

interface FreshnessProps {
  readonly stream: StreamState
  /** When the list was read last, in milliseconds since the epoch; 0 where it never was. */
  readonly readAt: number
}

/** Whether what is seen is now, or since when it is not. */
export function Freshness({ stream, readAt }: FreshnessProps) {
  if (stream.live && readAt > 0) return <Badge mark="live">updating, {clockSecondsText(new Date(readAt))}</Badge>
  if (stream.lostAt === undefined) return null
  return (
    <Badge mark="warn" tone="caution">
      not updating since {clockSecondsText(stream.lostAt)}
    </Badge>
  )
}
