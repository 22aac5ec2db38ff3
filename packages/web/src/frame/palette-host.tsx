import { lazy, Suspense, useEffect, useSyncExternalStore } from 'react'
import { onPalette, openPalette, paletteIsOpen } from './palette-state.ts'

const Palette = lazy(() => import('./palette.tsx'))

/** Loads the palette when it is first asked for: by ⌘K, or Ctrl and K. */
export function PaletteHost() {
  const open = useSyncExternalStore(onPalette, paletteIsOpen)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      openPalette()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  return open ? (
    <Suspense>
      <Palette />
    </Suspense>
  ) : null
}
