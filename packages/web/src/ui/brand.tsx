import { cx } from './cx.ts'

/** The mark: a wall, and low in it, off centre, one small arched door. */
export function Brand({ className }: { readonly className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      aria-hidden
      className={cx('size-7 flex-none text-ink [forced-color-adjust:none]', className)}
    >
      <path className="fill-current" d="M2 21V3h20v18h-2.25v-7a4.25 4.25 0 0 0-8.5 0v7z" />
      <path className="fill-accent" d="M12.5 21v-7a3 3 0 0 1 6 0v7z" />
    </svg>
  )
}
