import { type ReactNode, useId } from 'react'

interface SectionProps {
  readonly title: string
  readonly note?: ReactNode
  /** At the right of the title. */
  readonly act?: ReactNode
  readonly children: ReactNode
}

/** A part of a page under a rule. */
export function Section({ title, note, act, children }: SectionProps) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="grid grid-cols-1 gap-3">
      <div className="flex flex-wrap items-center gap-3 border-b border-rule-2 pb-1.5">
        <div className="min-w-0 flex-1">
          <h2 id={id}>{title}</h2>
          {note !== undefined && <p className="text-ink-3">{note}</p>}
        </div>
        {act}
      </div>
      {children}
    </section>
  )
}
