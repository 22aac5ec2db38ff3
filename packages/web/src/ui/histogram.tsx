import { type KeyboardEvent, type PointerEvent, useId, useRef, useState } from 'react'
import { HistogramBars } from './histogram-bars.tsx'
import { HistogramTable } from './histogram-table.tsx'
import { SpanThumb } from './span-thumb.tsx'

export interface HistogramBar {
  readonly all: number
  /** Of them; told below the line. */
  readonly below: number
}

export interface HistogramProps {
  /** What it counts: "Events over time". */
  readonly label: string
  readonly bars: readonly HistogramBar[]
  /** Where a bar begins, or the one before it ends, in words: from 0 to as many as there are bars. */
  readonly edgeText: (edge: number) => string
  /** What stands above and below the line. */
  readonly legend: { readonly all: string; readonly below: string }
  /** From the first edge to the last, evenly. */
  readonly axis: readonly string[]
  /** Narrows it to bars from one edge to another. */
  readonly onSelect: (from: number, until: number) => void
  /** At the right, below. */
  readonly act?: React.ReactNode
}

interface Span {
  readonly from: number
  readonly until: number
}

/** Steps of Page Up and Page Down. */
const LEAP = 10

/** How many, when: a span of it is drawn with the pointer, or set edge by edge with the keys. */
export function Histogram({ label, bars, edgeText, legend, axis, onSelect, act }: HistogramProps) {
  const [span, setSpan] = useState<Span>()
  const begun = useRef<number>(undefined)
  const help = useId()
  const count = bars.length
  const { from, until } = span ?? { from: 0, until: count }
  const take = () => {
    setSpan(undefined)
    if (span !== undefined && (from > 0 || until < count)) onSelect(from, until)
  }
  const draw = (at: number) => {
    const anchor = begun.current ?? at
    setSpan({ from: Math.min(anchor, at), until: Math.max(anchor, at) + 1 })
  }
  const keys = (event: KeyboardEvent, edge: 'from' | 'until') => {
    const moved = movedEdge(event.key, edge === 'from' ? from : until, count)
    if (event.key === 'Enter' && span !== undefined) take()
    else if (event.key === 'Escape' && span !== undefined) setSpan(undefined)
    else if (moved === undefined) return
    else if (edge === 'from') setSpan({ from: Math.min(moved, until - 1), until })
    else setSpan({ from, until: Math.max(moved, from + 1) })
    event.preventDefault()
  }
  const percent = (edge: number) => `${(edge / Math.max(count, 1)) * 100}%`
  return (
    <figure aria-label={label} className="relative">
      <div
        role="group"
        aria-label="Span"
        className="relative cursor-crosshair touch-pan-y select-none"
        onPointerDown={(event) => {
          if (event.button !== 0 || count === 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          begun.current = barAt(event, count)
          draw(begun.current)
        }}
        onPointerMove={(event) => {
          if (begun.current !== undefined) draw(barAt(event, count))
        }}
        onPointerUp={() => {
          if (begun.current !== undefined) take()
          begun.current = undefined
        }}
        onPointerCancel={() => {
          begun.current = undefined
          setSpan(undefined)
        }}
      >
        <HistogramBars bars={bars} />
        {span !== undefined && (
          <span
            aria-hidden
            className="pointer-events-none absolute inset-y-0 border-x-2 border-accent bg-[color-mix(in_oklab,var(--accent)_14%,transparent)]"
            style={{ left: percent(from), width: percent(until - from) }}
          />
        )}
        <SpanThumb
          label="From"
          at={{ edge: from, of: count, text: edgeText(from) }}
          left={percent(from)}
          describedBy={help}
          onKeyDown={(event) => keys(event, 'from')}
        />
        <SpanThumb
          label="Until"
          at={{ edge: until, of: count, text: edgeText(until) }}
          left={percent(until)}
          describedBy={help}
          onKeyDown={(event) => keys(event, 'until')}
        />
      </div>
      <div className="mono mt-1 flex justify-between gap-3 text-xs whitespace-nowrap text-ink-3 max-mid:[&>span:nth-child(even)]:hidden">
        {axis.map((text) => (
          <span key={text}>{text}</span>
        ))}
      </div>
      <figcaption className="mt-0.5 flex flex-wrap gap-x-4 gap-y-0.5 text-xs text-ink-3">
        <Key className="bg-edge">{legend.all}</Key>
        <Key className="bg-stop">{legend.below}</Key>
        <span className="grow" />
        {span === undefined ? act : <span>{`${edgeText(from)} to ${edgeText(until)}`}</span>}
        <span id={help} className={span === undefined ? '' : 'sr-only'}>
          Drag to set a range
          <span className="sr-only">, or move From and Until with the arrow keys; Enter takes it</span>
        </span>
      </figcaption>
      <HistogramTable label={label} bars={bars} edgeText={edgeText} legend={legend} />
    </figure>
  )
}

function Key({ className, children }: { readonly className: string; readonly children: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <i aria-hidden className={`h-2.5 w-1.5 ${className} [forced-color-adjust:none]`} />
      {children}
    </span>
  )
}

/** Where an edge goes to by a key; nothing for keys that move none. */
function movedEdge(key: string, edge: number, count: number): number | undefined {
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: edge - 1,
    ArrowDown: edge - 1,
    ArrowRight: edge + 1,
    ArrowUp: edge + 1,
    PageDown: edge - LEAP,
    PageUp: edge + LEAP,
    Home: 0,
    End: count,
  }
  const moved = Object.hasOwn(moves, key) ? moves[key] : undefined
  return moved === undefined ? undefined : Math.min(Math.max(moved, 0), count)
}

/** The bar under the pointer, or the nearest. */
function barAt({ currentTarget, clientX }: PointerEvent, count: number): number {
  const { left, width } = currentTarget.getBoundingClientRect()
  return Math.min(Math.max(Math.floor(((clientX - left) / Math.max(width, 1)) * count), 0), count - 1)
}
