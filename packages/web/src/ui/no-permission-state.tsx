import type { ReactNode } from 'react'
import { Void } from './void.tsx'

interface NoPermissionStateProps {
  /** "You may not replay this session" */
  readonly title: string
  /** Which right is missing, and who can give it. */
  readonly children: ReactNode
  readonly acts?: ReactNode
}

/** The shut door. */
export function NoPermissionState({ title, children, acts }: NoPermissionStateProps) {
  return (
    <Void mark="deny" title={title} acts={acts}>
      {children}
    </Void>
  )
}
