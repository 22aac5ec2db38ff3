import type { ReactNode } from 'react'

export interface Toast {
  readonly id: number
  readonly text: ReactNode
  /** A failure stays until it is read. */
  readonly failed: boolean
  /** The way back, or to more. */
  readonly act: { readonly label: string; readonly run: () => void } | undefined
}

/** How long a toast that tells of a success stays, in milliseconds. */
export const TOAST_MS = 6_000
/** More at once would hide the page; the oldest go. */
const TOASTS_MAX = 4

let toasts: readonly Toast[] = []
let last = 0
const listeners = new Set<() => void>()

/** Says what happened. */
export function toast(text: ReactNode, { failed = false, act }: Partial<Omit<Toast, 'id' | 'text'>> = {}): void {
  last += 1
  change([...toasts, { id: last, text, failed, act }].slice(-TOASTS_MAX))
}

export function dropToast(id: number): void {
  change(toasts.filter((each) => each.id !== id))
}

export function currentToasts(): readonly Toast[] {
  return toasts
}

export function onToasts(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function change(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}
