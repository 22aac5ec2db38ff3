import type { ReactNode } from 'react'
import { ToggleButton } from 'react-aria-components/ToggleButton'
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup'
import { cx } from './cx.ts'

export interface Segment<Id extends string> {
  readonly id: Id
  readonly label: ReactNode
  /** How many there are. */
  readonly count?: number
}

interface SegmentsProps<Id extends string> {
  readonly label: string
  readonly segments: readonly Segment<Id>[]
  readonly value: Id
  readonly onChange: (id: Id) => void
  readonly mono?: boolean
}

/** One of a few views of the same list. */
export function Segments<Id extends string>({ label, segments, value, onChange, mono }: SegmentsProps<Id>) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const [chosen] = keys
        const found = segments.find(({ id }) => id === chosen)
        if (found !== undefined) onChange(found.id)
      }}
      className="inline-flex max-w-full gap-0.5 overflow-x-auto rounded-control border border-rule-2 bg-ground p-0.5"
    >
      {segments.map(({ id, label: text, count }) => (
        <ToggleButton
          key={id}
          id={id}
          className={cx(
            'inline-flex h-[26px] items-center gap-1.5 rounded-chip px-2.5 text-sm whitespace-nowrap text-ink-2 pointer-coarse:h-10',
            'data-selected:bg-surface data-selected:font-label data-selected:text-ink data-selected:shadow-[0_0_0_1px_var(--rule-2)]',
            'data-focus-visible:-outline-offset-2 forced-colors:data-selected:outline-2 forced-colors:data-selected:outline-[Highlight]',
            mono === true && 'font-mono text-xs',
          )}
        >
          {text}
          {count !== undefined && <span className="font-text text-ink-3">{count}</span>}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  )
}
