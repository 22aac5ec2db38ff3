import type { KeyboardEvent } from 'react'

interface SpanThumbProps {
  readonly label: string
  readonly at: { readonly edge: number; readonly of: number; readonly text: string }
  /** Where it stands, in CSS. */
  readonly left: string
  readonly describedBy: string
  readonly onKeyDown: (event: KeyboardEvent) => void
}

/** An end of a span that the keys move; the pointer draws the span anew instead. */
export function SpanThumb({ label, at: { edge, of, text }, left, describedBy, onKeyDown }: SpanThumbProps) {
  return (
    <span
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={of}
      aria-valuenow={edge}
      aria-valuetext={text}
      aria-describedby={describedBy}
      onKeyDown={onKeyDown}
      className="group pointer-events-none absolute inset-y-0 -ml-3 w-6 rounded-chip"
      style={{ left }}
    >
      <i className="absolute inset-y-0 left-1/2 -ml-px w-0.5 bg-accent opacity-0 group-focus-visible:opacity-100" />
    </span>
  )
}
