import { cx } from './cx.ts'

interface KeyCapProps {
  readonly children: string
  /** Also in a narrow window, where most have no keys. */
  readonly always?: boolean
}

/** A key that does the same. Hidden from readers of the screen: the control itself says it. */
export function KeyCap({ children, always }: KeyCapProps) {
  return (
    <span
      aria-hidden
      className={cx(
        'inline-block min-w-[18px] rounded-chip border border-b-2 border-rule-2 bg-surface px-1 text-center text-xs leading-[15px] text-ink-3',
        always !== true && 'max-wide:hidden',
      )}
    >
      {children}
    </span>
  )
}
