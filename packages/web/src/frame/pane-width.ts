import { type CSSProperties, useState } from 'react'

/** Width of a pane unless somebody chose another, in pixels: the token `--pane`. */
const USUAL_PX = 416
/** Facts need so much to stand beside their names. */
export const PANE_MIN_PX = 320
/** More would leave a table of 1280 px without its second column. */
export const PANE_MAX_PX = 720
const STORED = 'sallyport.pane'

/** How wide the pane beside a list is; kept in this browser. `undefined` puts it back. */
export function usePaneWidth(): readonly [width: number, setWidth: (width: number | undefined) => void] {
  const [width, setWidth] = useState(stored)
  return [
    width,
    (next) => {
      const kept = paneWidth(next)
      setWidth(kept)
      if (next === undefined) localStorage.removeItem(STORED)
      else localStorage.setItem(STORED, String(kept))
    },
  ]
}

/** A width that a pane can have. */
export function paneWidth(wanted: number | undefined): number {
  if (wanted === undefined || !Number.isFinite(wanted)) return USUAL_PX
  return Math.round(Math.min(PANE_MAX_PX, Math.max(PANE_MIN_PX, wanted)))
}

/** For an element whose width is `--pane-width` in a wide window. */
export function paneStyle(width: number): CSSProperties {
  return { '--pane-width': `${width}px` } as CSSProperties
}

function stored(): number {
  const text = localStorage.getItem(STORED)
  return paneWidth(text === null ? undefined : Number(text))
}
