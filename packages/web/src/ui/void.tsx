import type { ReactNode } from 'react'
import { cx } from './cx.ts'
import { Mark } from './mark.tsx'
import type { MarkName } from './marks.tsx'

export interface VoidProps {
  readonly mark: MarkName
  readonly stop?: boolean
  readonly title: string
  readonly children?: ReactNode
  /** What may be done about it: a button, then links. */
  readonly acts?: ReactNode
  /** Said aloud when it appears. */
  readonly alert?: boolean
}

/** A place with nothing in it, and what to do about that. */
export function Void({ mark, stop, title, children, acts, alert }: VoidProps) {
  return (
    <div className="grid justify-items-start gap-1.5 py-1" {...(alert === true ? { role: 'alert' } : {})}>
      <Mark name={mark} size="lg" className={cx('mb-0.5', stop === true ? 'text-stop' : 'text-ink-3')} />
      <h2 className="text-sm">{title}</h2>
      {children !== undefined && <div className="max-w-[42ch] text-pretty text-ink-2">{children}</div>}
      {acts !== undefined && <div className="mt-2 flex flex-wrap items-center gap-3.5">{acts}</div>}
    </div>
  )
}
