import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type ButtonLook, buttonClass } from './button-look.ts'
import { Mark } from './mark.tsx'
import type { MarkName } from './marks.tsx'

interface ButtonLinkProps extends ButtonLook {
  readonly to: string
  readonly params?: LinkProps['params']
  readonly search?: LinkProps['search']
  readonly mark?: MarkName
  /** What one of many alike in a table is called. */
  readonly label?: string
  readonly children: ReactNode
}

/** A way to another page that looks like a button, because going there is what the page is for. */
export function ButtonLink({ to, params, search, mark, label, children, ...look }: ButtonLinkProps) {
  return (
    <Link
      className={buttonClass(look)}
      to={to}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(params === undefined ? {} : { params: params as never })}
      {...(search === undefined ? {} : { search: search as never })}
    >
      {mark !== undefined && <Mark name={mark} size="sm" />}
      {children}
    </Link>
  )
}
