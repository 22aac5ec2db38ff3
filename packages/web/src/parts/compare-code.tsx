import type { ReactNode } from 'react'
import { CodeWord } from './code-word.tsx'

interface CompareCodeProps {
  readonly code: string
  /** What to do when it is another; nothing once that is answered. */
  readonly children?: ReactNode
}

/** The code to compare, between two lines. */
export function CompareCode({ code, children }: CompareCodeProps) {
  const title = children === undefined ? 'Your terminal showed this code' : 'Your terminal must show this code'
  return (
    <div
      role="group"
      aria-label={title}
      className="mt-3.5 border-y border-rule-2 pt-3 pb-3.5 wide:mt-6 wide:pt-3.5 wide:pb-4"
    >
      <p>{title}</p>
      <CodeWord code={code} />
      {children !== undefined && <p className="text-ink-3">{children}</p>}
    </div>
  )
}
