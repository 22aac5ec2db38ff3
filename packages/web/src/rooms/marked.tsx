import type { ReactNode } from 'react'
import { Mark } from '../ui/mark.tsx'
import type { MarkName } from '../ui/marks.tsx'

/** A line of small print with its mark before it. */
export function Marked({ mark, children }: { readonly mark: MarkName; readonly children: ReactNode }) {
  return (
    <p className="grid grid-cols-[16px_minmax(0,1fr)] gap-x-2.5">
      <Mark name={mark} size="sm" className="mt-px" />
      <span>{children}</span>
    </p>
  )
}
