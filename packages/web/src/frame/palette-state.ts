/** Whether the palette is open: the rail, the top bar and a key open it, the frame shows it. */
let open = false
const listeners = new Set<() => void>()

export function openPalette(): void {
  setPalette(true)
}

export function setPalette(next: boolean): void {
  open = next
  for (const listener of listeners) listener()
}

export function paletteIsOpen(): boolean {
  return open
}

export function onPalette(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
