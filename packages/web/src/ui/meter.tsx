import { Meter as AriaMeter } from 'react-aria-components/Meter'

interface MeterProps {
  /** "Disk used" */
  readonly label: string
  readonly value: number
  readonly max: number
  /** The number beside it says it to people; this says it to readers of the screen. */
  readonly text: string
}

/** How much of a whole. Always with its number beside it. */
export function Meter({ label, value, max, text }: MeterProps) {
  return (
    <AriaMeter aria-label={label} value={value} maxValue={max} valueLabel={text} className="block w-full">
      {({ percentage }) => (
        <span className="block h-1 overflow-hidden rounded-[2px] bg-sunk shadow-[inset_0_0_0_1px_var(--rule-2)] [forced-color-adjust:none]">
          <i className="block h-full bg-accent" style={{ width: `${percentage}%` }} />
        </span>
      )}
    </AriaMeter>
  )
}
