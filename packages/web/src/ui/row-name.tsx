import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { cx } from './cx.ts'

interface RowNameProps {
  readonly children: ReactNode
  readonly to?: string
  readonly params?: LinkProps['params']
  readonly search?: LinkProps['search']
  /** A person's name is no machine's. */
  readonly person?: boolean
  /** Switched off or away. */
  readonly off?: boolean
}

/** The name a row goes by, and the way to its page. */
export function RowName({ children, to, params, search, person, off }: RowNameProps) {
  const look = cx(
    'text-ink no-underline',
    person !== true && 'mono',
    off === true ? 'font-text text-ink-2' : 'font-head',
    to !== undefined && 'hover:underline',
  )
  if (to === undefined) return <span className={look}>{children}</span>
  return (
    <Link
      className={look}
      to={to}
      {...(params === undefined ? {} : { params: params as never })}
      {...(search === undefined ? {} : { search: search as never })}
    >
      {children}
    </Link>
  )
}
