import type { ButtonHTMLAttributes, ReactNode } from 'react'
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
  readonly describedBy?: string
  readonly aria?: Pick<
    ButtonHTMLAttributes<HTMLButtonElement>,
    'aria-expanded' | 'aria-haspopup' | 'aria-controls' | 'aria-pressed'
  >
}

/** A verb and its object. The browser's own button: the first page loads no component library for it. */
export function Button(props: ButtonProps) {
  const { children, mark, label, onPress, type, off, busy, autoFocus, describedBy, aria } = props
  const still = off === true || busy !== undefined
  return (
    <button
      type={still || type !== 'submit' ? 'button' : 'submit'}
      className={buttonClass(props, still)}
      aria-label={label}
      aria-describedby={describedBy}
      aria-disabled={still ? true : undefined}
      autoFocus={autoFocus}
      onClick={still ? undefined : onPress}
      {...aria}
    >
      <ButtonInside look={props} mark={mark} busy={busy}>
        {children}
      </ButtonInside>
    </button>
  )
}

interface ButtonInsideProps {
  readonly look: ButtonLook
  readonly mark: MarkName | undefined
  readonly busy?: string | undefined
  readonly children: ReactNode
}

/** A button's mark and words. */
export function ButtonInside({ look: { size, square }, mark, busy, children }: ButtonInsideProps) {
  const shown = busy === undefined ? mark : 'wait'
  const markSize = square === true || size === 'lg' ? {} : ({ size: 'sm' } as const)
  return (
    <>
      {shown !== undefined && <Mark name={shown} {...markSize} />}
      {busy ?? children}
    </>
  )
}
