import type { ReactNode } from 'react'
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button'
import { type ButtonLook, buttonClass } from './button-look.ts'
import { Mark } from './mark.tsx'
import type { MarkName } from './marks.tsx'

export interface ButtonProps extends ButtonLook {
  readonly children?: ReactNode
  readonly mark?: MarkName
  /** What a button with a mark alone is called. */
  readonly label?: string
  readonly onPress?: () => void
  readonly type?: 'button' | 'submit'
  /** Off, but still reachable: the page says why. */
  readonly off?: boolean
  /** What it is doing, while it does it: "Saving". */
  readonly busy?: string | undefined
  readonly autoFocus?: boolean
  readonly slot?: 'close'
  readonly describedBy?: string
  /** Opens something below: a small arrow at the end. */
  readonly opens?: boolean
  readonly aria?: Pick<AriaButtonProps, 'aria-expanded' | 'aria-haspopup' | 'aria-controls' | 'aria-pressed'>
  readonly className?: string
}

/** A verb and its object. */
export function Button(props: ButtonProps) {
  const { children, mark, label, onPress, type, off, busy, autoFocus, slot, describedBy, opens, aria, className } =
    props
  const still = off === true || busy !== undefined
  return (
    <AriaButton
      className={`${buttonClass(props, still)} ${className ?? ''}`}
      type={still ? 'button' : (type ?? 'button')}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(onPress === undefined || still ? {} : { onPress })}
      {...(autoFocus === true ? { autoFocus } : {})}
      {...(slot === undefined ? {} : { slot })}
      {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
      {...(still ? { 'aria-disabled': true } : {})}
      {...aria}
    >
      {busy !== undefined ? (
        <Mark name="wait" size="sm" />
      ) : (
        mark !== undefined && <Mark name={mark} {...markSize(props)} />
      )}
      {busy ?? children}
      {opens === true && <Mark name="chev" size="sm" />}
    </AriaButton>
  )
}

function markSize({ size, square }: ButtonLook): { size?: 'sm' } {
  return square === true || size === 'lg' ? {} : { size: 'sm' }
}
