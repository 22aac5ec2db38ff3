import { useEffect, useState } from 'react'

/** Where reading goes on when what opened a dialog is gone with it. */
const FALLBACK = 'main h1, h1'
const AROUND = '[role=dialog], [role=alertdialog], [role=row]'
/** Frames in which the focus is given back: two seconds, for a menu's way out of a tenth of one, on a busy machine. */
const FRAMES_MAX = 120
/** What the dialogs and menus that are open were opened from, the first one first. */
const openers = new Set<HTMLElement>()

/** Stands in what opens above a page and lives as long as it. */
export function FocusBack(): null {
  useFocusBack()
  return null
}

/**
 * When a dialog closes, the focus is on what opened it: the button of the menu whose entry it was, too; where that stood in a
 * dialog that is gone, on what had opened that; on the page's title where all are gone, such as the button of a row that was
 * removed. It is never on nothing.
 */
function useFocusBack(): void {
  const [ways] = useState(() => [...new Set([openerNow(), ...[...openers].toReversed()])])
  useEffect(() => {
    const [opener] = ways
    if (opener !== undefined) openers.add(opener)
    return () => {
      if (opener !== undefined) openers.delete(opener)
      // After the component library has tried, which knows no way back to a menu that closed meanwhile.
      requestAnimationFrame(() => requestAnimationFrame(() => giveBack(opener, ways, FRAMES_MAX)))
    }
  }, [ways])
}

/** Tries again while what is still on its way out, such as the menu whose entry it was, lets nothing else have the focus. */
function giveBack(opener: HTMLElement | undefined, ways: readonly (HTMLElement | undefined)[], frames: number): void {
  if (!isLost(opener)) return
  const back = ways.find((each) => each?.isConnected === true)
  const title = document.querySelector<HTMLElement>(FALLBACK)
  ;(back ?? title)?.focus({ preventScroll: true })
  if (frames > 0) requestAnimationFrame(() => giveBack(opener, ways, frames - 1))
}

/** Whether the focus is on nothing, or on the whole dialog, or the row of a list, in which something was open. */
function isLost(opener: HTMLElement | undefined): boolean {
  const { activeElement, body } = document
  if (activeElement === null || activeElement === body) return true
  return (
    activeElement.matches(AROUND) && opener !== undefined && opener !== activeElement && activeElement.contains(opener)
  )
}

/** An entry of a menu is gone with it: what opened the menu is meant. */
function openerNow(): HTMLElement | undefined {
  const { activeElement } = document
  if (!(activeElement instanceof HTMLElement)) return undefined
  return activeElement.closest('[role=menu]') === null ? activeElement : [...openers].at(-1)
}
