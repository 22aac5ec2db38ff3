import { Fragment, type ReactNode } from 'react'
import { Menu as AriaMenu, MenuItem, MenuTrigger } from 'react-aria-components/Menu'
import { Popover } from 'react-aria-components/Popover'
import { Separator } from 'react-aria-components/Separator'
import { cx } from './cx.ts'
import { FLOAT, ITEM, SHEET } from './float-look.ts'
import { FocusBack } from './focus-back.ts'
import { KeyCap } from './key-cap.tsx'
import { Mark } from './mark.tsx'
import type { MarkName } from './marks.tsx'

export interface MenuEntry {
  readonly id: string
  readonly label: string
  /** One line that saves a guess. */
  readonly detail?: ReactNode
  readonly mark?: MarkName
  readonly keyCap?: string
  readonly onAction?: () => void
  readonly href?: string
  /** Destroys something: asks before. */
  readonly stop?: boolean
  /** A line above it. */
  readonly apart?: boolean
}

interface MenuProps {
  /** What the list is called. */
  readonly label: string
  readonly entries: readonly MenuEntry[]
  /** The button that opens it. */
  readonly children: ReactNode
}

/** Acts that open from a button. */
export function Menu({ label, entries, children }: MenuProps) {
  return (
    <MenuTrigger>
      {children}
      <Popover
        className={cx(FLOAT, SHEET, 'max-w-[21.5rem] min-w-44 overflow-auto p-1')}
        offset={4}
        placement="bottom end"
      >
        <FocusBack />
        <AriaMenu aria-label={label} className="outline-none">
          {entries.map((entry) => (
            <Fragment key={entry.id}>
              {entry.apart === true && <Separator className="-mx-1 my-1 border-t border-rule" />}
              <MenuItem
                id={entry.id}
                textValue={entry.label}
                className={cx(ITEM, entry.stop === true && 'text-stop')}
                {...(entry.onAction === undefined ? {} : { onAction: entry.onAction })}
                {...(entry.href === undefined ? {} : { href: entry.href })}
              >
                {entry.mark === undefined ? <span /> : <Mark name={entry.mark} className="mt-0.5 text-ink-2" />}
                <span>
                  {entry.label}
                  {entry.detail !== undefined && <small className="block text-xs text-ink-3">{entry.detail}</small>}
                </span>
                {entry.keyCap !== undefined && <KeyCap>{entry.keyCap}</KeyCap>}
              </MenuItem>
            </Fragment>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  )
}
