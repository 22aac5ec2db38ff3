import { Fragment, type ReactNode } from 'react'
import { cx } from './cx.ts'

export type Fact = readonly [name: string, value: ReactNode]

/** What is known of a thing, a line each. */
export function Facts({ facts, className }: { readonly facts: readonly Fact[]; readonly className?: string }) {
  return (
    <dl
      className={cx(
        'grid grid-cols-1 gap-x-5 gap-y-0 mid:grid-cols-[max-content_minmax(0,1fr)] mid:gap-y-[5px]',
        className,
      )}
    >
      {facts.map(([name, value]) => (
        <Fragment key={name}>
          <dt className="text-ink-3">{name}</dt>
          <dd className="mb-1.5 min-w-0 wrap-anywhere mid:mb-0">{value}</dd>
        </Fragment>
      ))}
    </dl>
  )
}
