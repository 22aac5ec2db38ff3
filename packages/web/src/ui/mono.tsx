import type { ReactNode } from 'react'
import { cx } from './cx.ts'

/** A machine's fact: what may be copied into a shell. */
export function Mono({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  return <span className={cx('mono', className)}>{children}</span>
}
