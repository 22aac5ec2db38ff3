import { Children, type ReactNode } from 'react'

/** Badges side by side; at most three say something. Nothing where there are none, not even room. */
export function Badges({ children }: { readonly children: ReactNode }) {
  if (Children.toArray(children).length === 0) return null
  return <span className="flex flex-wrap items-center gap-x-3.5 gap-y-0.5">{children}</span>
}
