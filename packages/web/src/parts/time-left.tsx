import { Meter } from '../ui/meter.tsx'
import { useNow } from '../ui/use-now.ts'
import { runningText } from '../words/times.ts'

interface TimeLeftProps {
  /** RFC 3339 */
  readonly from: string
  readonly until: string
}

const SECOND_MS = 1000

/** How long it may still be decided: a bar and its number. */
export function TimeLeft({ from, until }: TimeLeftProps) {
  const now = useNow(SECOND_MS)
  const left = Math.max(0, new Date(until).getTime() - now.getTime())
  const whole = Math.max(1, new Date(until).getTime() - new Date(from).getTime())
  const text = runningText(left)
  return (
    <div className="mt-2 mb-2 grid grid-cols-[1fr_auto] items-center gap-3 text-xs text-ink-2 wide:mt-[18px] wide:mb-2.5">
      <Meter label="Time left" value={left} max={whole} text={text} />
      <span>
        Expires in <b className="text-ink">{text}</b>
      </span>
    </div>
  )
}
