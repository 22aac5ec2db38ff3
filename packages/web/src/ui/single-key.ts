import { useEffect, useEffectEvent } from 'react'

/** Where it is kept, in this browser, that keys without Ctrl or ⌘ do nothing. */
const STORED = 'sallyport.single-keys'

/** Whether keys alone do something: whoever speaks to their computer, or hits keys by chance, turns them off (WCAG 2.1.4). */
export function singleKeysOn(): boolean {
  return localStorage.getItem(STORED) !== 'off'
}

export function setSingleKeys(on: boolean): void {
  if (on) localStorage.removeItem(STORED)
  else localStorage.setItem(STORED, 'off')
}

/** Does something when a key is pressed alone, while nobody types and no dialog is open. */
export function useSingleKey(key: string, run: () => void): void {
  const act = useEffectEvent(run)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (!singleKeysOn() || document.querySelector('[role=dialog], [role=alertdialog]') !== null) return
      event.preventDefault()
      act()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [key])
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}
