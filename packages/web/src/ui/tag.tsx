import type { ReactNode } from 'react'

/** `tag:prod-db`: a name the policy knows. */
export function Tag({ children }: { readonly children: ReactNode }) {
  return (
    <span className="rounded-chip border border-rule-2 px-[5px] font-mono text-[0.7rem] leading-4 text-ink-2 wrap-anywhere">
      {children}
    </span>
  )
}
