import { useEffect, useState } from 'react'

/** Where reading goes on when what opened a dialog is gone with it. */
const FALLBACK = 'main h1, h1'

/**
 * When a dialog closes, the focus is on what opened it: the button of the menu whose entry it was, too; on the page's title
 * where that is gone, such as the button of a row that was removed. It is never on nothing.
 */
export function useFocusBack(): void {
  const [opener] = useState(openerNow)
  useEffect(
    () => () => {
      // After the component library has tried, which knows no way back to a menu that closed meanwhile.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          const { activeElement, body } = document
          if (activeElement !== null && activeElement !== body) return
          const back = opener?.isConnected === true ? opener : document.querySelector<HTMLElement>(FALLBACK)
          back?.focus({ preventScroll: true })
        }),
      )
    },
    [opener],
  )
}

function openerNow(): HTMLElement | undefined {
  const { activeElement } = document
  if (!(activeElement instanceof HTMLElement)) return undefined
  if (activeElement.closest('[role=menu]') === null) return activeElement
  return document.querySelector<HTMLElement>('button[aria-haspopup][aria-expanded=true]') ?? undefined
}
