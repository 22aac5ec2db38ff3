import { agoText, momentText, utcText } from '../words/times.ts'
import { useNow } from './use-now.ts'

interface MomentProps {
  /** RFC 3339, as the gateway sends it. */
  readonly at: string
  /** `moment` 14:32 or 3 March; `ago` 4 min ago; `both` 14:32, 4 min ago. */
  readonly as?: 'moment' | 'ago' | 'both'
}

/** A time as its reader's clock has it; in UTC under the pointer. */
export function Moment({ at, as = 'moment' }: MomentProps) {
  const now = useNow()
  const then = new Date(at)
  const text =
    as === 'ago'
      ? agoText(then, now)
      : as === 'moment'
        ? momentText(then, now)
        : `${momentText(then, now)}, ${agoText(then, now)}`
  return (
    <time dateTime={at} title={utcText(then)} className="whitespace-nowrap">
      {text}
    </time>
  )
}
