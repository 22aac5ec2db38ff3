import { Button } from '../../ui/button.tsx'
import { useLate } from '../../ui/use-late.ts'
import { amountText } from '../../words/amounts.ts'

/** When a replay is long enough to say so, in milliseconds. */
const LATE_MS = 4_000

interface SimulationProgressProps {
  /** Decisions read so far. */
  readonly read: number
  readonly onStop: () => void
}

/** How far a replay has come, and the way out of it. */
export function SimulationProgress({ read, onStop }: SimulationProgressProps) {
  const late = useLate(LATE_MS)
  return (
    <div className="flex flex-wrap items-center gap-3">
      <p role="status">
        Read {amountText(read, 'decision')} so far.
        {late && ' A long log takes a while; you can go on in the other tabs.'}
      </p>
      <Button size="sm" onPress={onStop}>
        Stop
      </Button>
    </div>
  )
}
