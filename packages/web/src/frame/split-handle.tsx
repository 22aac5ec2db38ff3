import { useRef } from 'react'
import { PANE_MAX_PX, PANE_MIN_PX } from './pane-width.ts'

interface SplitHandleProps {
  /** What the pane is called. */
  readonly label: string
  /** Id of the pane. */
  readonly controls: string
  /** Pixels. */
  readonly width: number
  /** `undefined` puts it back. */
  readonly onChange: (width: number | undefined) => void
}

/** What an arrow moves, in pixels, and what it moves together with Shift. */
const STEP_PX = 16
const STRIDE_PX = 64

/** The hairline between work and pane: dragged, or moved with the arrows (the window splitter of WAI-ARIA's patterns). */
export function SplitHandle({ label, controls, width, onChange }: SplitHandleProps) {
  const drag = useRef<{ readonly x: number; readonly width: number } | undefined>(undefined)
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={`Width of ${label}`}
      aria-controls={controls}
      aria-valuemin={PANE_MIN_PX}
      aria-valuemax={PANE_MAX_PX}
      aria-valuenow={width}
      aria-valuetext={`${width} pixels`}
      className="relative z-2 -mx-1 hidden w-[9px] flex-none cursor-col-resize touch-none before:absolute before:inset-y-0 before:left-1 before:w-px before:bg-rule hover:before:w-[3px] hover:before:bg-accent focus-visible:-outline-offset-2 wide:block"
      onKeyDown={(event) => {
        const next = moved(event.key, width, event.shiftKey ? STRIDE_PX : STEP_PX)
        if (next === 'other') return
        event.preventDefault()
        onChange(next)
      }}
      onDoubleClick={() => onChange(undefined)}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        drag.current = { x: event.clientX, width }
      }}
      onPointerMove={(event) => {
        if (drag.current !== undefined) onChange(drag.current.width + drag.current.x - event.clientX)
      }}
      onPointerUp={() => (drag.current = undefined)}
      onPointerCancel={() => (drag.current = undefined)}
    />
  )
}

/** The pane stands at the right: to the left is wider. */
function moved(key: string, width: number, step: number): number | undefined | 'other' {
  if (key === 'ArrowLeft') return width + step
  if (key === 'ArrowRight') return width - step
  if (key === 'Home') return PANE_MIN_PX
  if (key === 'End') return PANE_MAX_PX
  return key === 'Enter' ? undefined : 'other'
}
