/** What the frame shows above the page: the rail, the top bar and keys open it. */
export type Overlay = 'palette' | 'keys' | undefined

let shown: Overlay
const listeners = new Set<() => void>()

export function openPalette(): void {
  show('palette')
}

/** The list of keys. */
export function openKeys(): void {
  show('keys')
}

export function closeOverlay(): void {
  show(undefined)
}

export function currentOverlay(): Overlay {
  return shown
}

export function onOverlay(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function show(next: Overlay): void {
  shown = next
  for (const listener of listeners) listener()
}
