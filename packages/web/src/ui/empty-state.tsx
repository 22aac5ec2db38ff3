import type { ReactNode } from 'react'
import { Void } from './void.tsx'

interface EmptyStateProps {
  readonly title: string
  /** What belongs here. */
  readonly children?: ReactNode
  /** The button for it. */
  readonly acts?: ReactNode
}

/** Nothing here yet, and how to fill it. */
export function EmptyState({ title, children, acts }: EmptyStateProps) {
  return (
    <Void mark="ask" title={title} acts={acts}>
      {children}
    </Void>
  )
}
