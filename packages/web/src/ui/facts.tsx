import { Fragment, type ReactNode } from 'react'
import { cx } from './cx.ts'

export type Fact = readonly [name: string, value: ReactNode]

interface FactsProps {
  readonly facts: readonly Fact[]
  /** Beside their names also in the narrowest window: where names are short. */
  readonly beside?: boolean
}

/** What is known of a thing, a line each. */
export function Facts({ facts, beside }: FactsProps) {
  return (
    <dl
      className={cx(
        'grid',
        beside === true
          ? 'grid-cols-[5.5rem_minmax(0,1fr)] gap-x-3 gap-y-2.5 wide:grid-cols-[max-content_minmax(0,1fr)] wide:gap-x-5 wide:gap-y-[11px]'
          : 'grid-cols-1 gap-x-5 mid:grid-cols-[max-content_minmax(0,1fr)] mid:gap-y-[5px]',
      )}
    >
      {facts.map(([name, value]) => (
        <Fragment key={name}>
          <dt className="text-ink-3">{name}</dt>
          <dd className={cx('min-w-0 wrap-anywhere', beside !== true && 'mb-1.5 mid:mb-0')}>{value}</dd>
        </Fragment>
      ))}
    </dl>
  )
}
