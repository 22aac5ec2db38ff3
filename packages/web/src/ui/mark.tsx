import { cx } from './cx.ts'
import { MARKS, type MarkName } from './marks.tsx'

interface MarkProps {
  readonly name: MarkName
  /** `sm` 14 px beside small text, `lg` 24 px above an empty place; 16 px otherwise. */
  readonly size?: 'sm' | 'lg'
  /** What it says where no word stands beside it. */
  readonly label?: string
  readonly className?: string
}

const SIZES = { sm: 'size-3.5 align-[-2.5px]', md: 'size-4 align-[-3px]', lg: 'size-6 stroke-[1.25]' } as const

/** A small drawing. Decoration where a word stands beside it, a picture with a name where none does. */
export function Mark({ name, size, label, className }: MarkProps) {
  return (
    <svg
      viewBox="0 0 16 16"
      className={cx(
        'inline-block flex-none fill-none stroke-current [stroke-linecap:round] [stroke-linejoin:round]',
        size !== 'lg' && 'stroke-[1.5]',
        SIZES[size ?? 'md'],
        className,
      )}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    >
      {label !== undefined && <title>{label}</title>}
      {MARKS[name]}
    </svg>
  )
}
