import type { ReactNode } from 'react'

/** Badges side by side; at most three say something. */
export function Badges({ children }: { readonly children: ReactNode }) {
  return <span className="flex flex-wrap items-center gap-x-3.5 gap-y-0.5">{children}</span>
}
