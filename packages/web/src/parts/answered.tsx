import type { ReactNode } from 'react'
import { Mark } from '../ui/mark.tsx'
import type { MarkName } from '../ui/marks.tsx'

interface AnsweredProps {
  readonly mark: MarkName
  readonly stop?: boolean
  readonly children: ReactNode
}

/** What has been decided, in the place of the buttons. */
export function Answered({ mark, stop, children }: AnsweredProps) {
  return (
    <div role="status" className="mt-5 flex items-start gap-2.5 text-lg">
      <Mark name={mark} className={`mt-1 ${stop === true ? 'text-stop' : 'text-accent'}`} />
      <div>{children}</div>
    </div>
  )
}
