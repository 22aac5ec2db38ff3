import type { ReactNode } from 'react'
import { Button as AriaButton } from 'react-aria-components/Button'
import { ButtonInside } from './button.tsx'
import { type ButtonLook, buttonClass } from './button-look.ts'
import { Mark } from './mark.tsx'
import type { MarkName } from './marks.tsx'

interface MenuButtonProps extends ButtonLook {
  readonly children?: ReactNode
  readonly mark?: MarkName
  /** What a button with a mark alone, or one of many in a table, is called. */
  readonly label?: string
  /** A small arrow at the end. */
  readonly opens?: boolean
  /** What it is doing, while it does it. */
  readonly busy?: string | undefined
}

/** A button that opens what stands beside it in a `Menu` or a `DialogTrigger`. */
export function MenuButton(props: MenuButtonProps) {
  const { children, mark, label, opens, busy } = props
  return (
    <AriaButton
      className={buttonClass(props, busy !== undefined)}
      {...(label === undefined ? {} : { 'aria-label': label })}
    >
      <ButtonInside look={props} mark={mark} busy={busy}>
        {children}
      </ButtonInside>
      {opens === true && <Mark name="chev" size="sm" />}
    </AriaButton>
  )
}
