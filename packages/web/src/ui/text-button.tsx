import type { ReactNode } from 'react'
import { cx } from './cx.ts'

interface TextButtonProps {
  readonly children: ReactNode
  readonly onPress: () => void
  readonly stop?: boolean
}

/** An act that reads as a link, inside or beside a sentence. */
export function TextButton({ children, onPress, stop }: TextButtonProps) {
  return (
    <button
      type="button"
      onClick={onPress}
      className={cx(
        'underline decoration-1 underline-offset-[2.5px] rounded-[2px]',
        'decoration-[color-mix(in_oklab,currentColor_40%,transparent)] hover:decoration-current',
        stop === true ? 'text-stop' : 'text-accent',
      )}
    >
      {children}
    </button>
  )
}
