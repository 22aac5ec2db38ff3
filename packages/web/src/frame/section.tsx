import type { ReactNode } from 'react'

interface SectionProps {
  readonly title: string
  /** How many there are. */
  readonly count?: number
  /** One line of truth about it. */
  readonly lead?: ReactNode
  readonly acts?: ReactNode
  readonly children?: ReactNode
}

/** A part of a page, ruled off from the one before. */
export function Section({ title, count, lead, acts, children }: SectionProps) {
  return (
    <section aria-label={title} className="pt-6 first:pt-4">
      <header className="flex flex-wrap items-start gap-x-4 gap-y-2 border-b border-rule-2 px-gutter pb-2">
        <div className="min-w-0 flex-1">
          <h2>
            {title}
            {count !== undefined && <span className="ml-2 font-text text-ink-3">{count}</span>}
          </h2>
          {lead !== undefined && <p className="max-w-measure text-ink-2">{lead}</p>}
        </div>
        {acts !== undefined && <div className="flex gap-2">{acts}</div>}
      </header>
      {children}
    </section>
  )
}
