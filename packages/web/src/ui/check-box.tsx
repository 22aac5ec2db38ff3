import type { ReactNode } from 'react'
import { Checkbox } from 'react-aria-components/Checkbox'
import { Mark } from './mark.tsx'

interface CheckBoxProps {
  readonly children: ReactNode
  readonly hint?: ReactNode
  /** How many there are, at the right. */
  readonly count?: ReactNode
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly autoFocus?: boolean
}

/** Yes or no. */
export function CheckBox({ children, hint, count, checked, onChange, autoFocus }: CheckBoxProps) {
  return (
    <Checkbox
      isSelected={checked}
      onChange={onChange}
      {...(autoFocus === true ? { autoFocus } : {})}
      className="group flex min-h-target items-start gap-2 outline-none!"
    >
      <span className="mt-0.5 grid size-4 flex-none place-items-center rounded-chip border border-edge bg-surface text-on-accent group-data-focus-visible:outline-(length:--focus-width) group-data-focus-visible:outline-offset-2 group-data-focus-visible:outline-focus group-data-selected:border-accent-fill group-data-selected:bg-accent-fill">
        <Mark name="tick" size="sm" className="invisible stroke-2 group-data-selected:visible" />
      </span>
      <span className="min-w-0 flex-1">
        {children}
        {hint !== undefined && <span className="block text-ink-3">{hint}</span>}
      </span>
      {count !== undefined && <span className="flex-none text-xs leading-5 text-ink-3">{count}</span>}
    </Checkbox>
  )
}
