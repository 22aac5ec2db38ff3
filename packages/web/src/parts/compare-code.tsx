import type { ReactNode } from 'react'
import { CodeWord } from './code-word.tsx'

interface CompareCodeProps {
  /** "Your terminal must show this code" */
  readonly title: string
  readonly code: string
  /** What to do when it does not. */
  readonly children: ReactNode
}

/** The code to compare, between two lines. */
export function CompareCode({ title, code, children }: CompareCodeProps) {
  return (
    <div
      role="group"
      aria-label={title}
      className="mt-3.5 border-y border-rule-2 pt-3 pb-3.5 wide:mt-6 wide:pt-3.5 wide:pb-4"
    >
      <p>{title}</p>
      <CodeWord code={code} />
      <p className="text-ink-3">{children}</p>
    </div>
  )
}
