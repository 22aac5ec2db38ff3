import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from 'react'
import { useSingleKey } from '../ui/single-key.ts'
import { closeOverlay, currentOverlay, onOverlay, openKeys, openPalette } from './overlay.ts'
import type { WayTo } from './palette.tsx'

const Palette = lazy(() => import('./palette.tsx'))
const KeysDialog = lazy(() => import('./keys-dialog.tsx'))
const InstructionsDialog = lazy(() => import('./instructions.tsx'))

/** Loads the palette when it is first asked for, by ⌘K, or Ctrl and K; the list of keys by "?". */
export function OverlayHost() {
  const overlay = useSyncExternalStore(onOverlay, currentOverlay)
  const [way, setWay] = useState<WayTo>()
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      openPalette()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  useSingleKey('?', openKeys)
  return (
    <Suspense>
      {overlay === 'palette' && <Palette onInstructions={setWay} />}
      {overlay === 'keys' && <KeysDialog onClose={closeOverlay} />}
      {way !== undefined && <InstructionsDialog {...way} onClose={() => setWay(undefined)} />}
    </Suspense>
  )
}
