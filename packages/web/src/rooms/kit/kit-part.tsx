import type { ReactNode } from 'react'
import { cx } from '../../ui/cx.ts'

interface KitPartProps {
  readonly title: string
  /** The rule it follows. */
  readonly rule?: string
  /** Of twelve columns. */
  readonly span?: 3 | 4 | 6 | 12
  readonly children: ReactNode
}

const SPANS = { 3: 'wide:col-span-3', 4: 'wide:col-span-4', 6: 'wide:col-span-6', 12: 'wide:col-span-12' } as const

/** One part in its states, with the rule it follows. */
export function KitPart({ title, rule, span = 4, children }: KitPartProps) {
  return (
    <section
      aria-label={title}
      className={cx('grid min-w-0 content-start gap-3 border-t border-rule-2 pt-2.5', SPANS[span])}
    >
      <div>
        <h2>{title}</h2>
        {rule !== undefined && <p className="text-ink-3 wide:min-h-10">{rule}</p>}
      </div>
      {children}
    </section>
  )
}

/** Parts side by side. */
export function KitRow({ children }: { readonly children: ReactNode }) {
  return <div className="flex flex-wrap items-center gap-2.5">{children}</div>
}
