import type { HistogramBar } from './histogram.tsx'

/** Units of the drawing: a bar has ten in width, the line stands at 34 of 46. */
const STEP = 10
const LINE = 34
const HEIGHT = 46
/** Of a bar's place, and so many bars that fewer stay as slim. */
const BODY = 0.62
const SLIM = 48
/** What is there is seen, however little it is. */
const SEEN = 1.5

/** All above a line, some of them again below it; the smaller numbers have a scale of their own. */
export function HistogramBars({ bars }: { readonly bars: readonly HistogramBar[] }) {
  const top = Math.max(...bars.map(({ all }) => all), 1)
  const bottom = Math.max(...bars.map(({ below }) => below), 1)
  const width = Math.max(bars.length, 1) * STEP
  const body = STEP * BODY * Math.min(1, bars.length / SLIM)
  const stroke = (index: number, from: number, height: number) =>
    `M${index * STEP + STEP / 2} ${from}v${height.toFixed(1)}`
  const above = bars.map(({ all }, index) =>
    all === 0 ? '' : stroke(index, LINE, -Math.max((all / top) * (LINE - 2), SEEN)),
  )
  const under = bars.map(({ below }, index) =>
    below === 0 ? '' : stroke(index, LINE + 1, Math.max((below / bottom) * (HEIGHT - LINE - 2), SEEN + 0.5)),
  )
  return (
    <svg
      viewBox={`0 0 ${width} ${HEIGHT}`}
      preserveAspectRatio="none"
      className="block h-[46px] w-full [forced-color-adjust:none]"
      aria-hidden
    >
      <path d={`M0 ${LINE + 0.5}H${width}`} className="fill-none stroke-rule-2" strokeWidth={1} />
      <path d={above.join('')} className="fill-none stroke-edge" strokeWidth={body} />
      <path d={under.join('')} className="fill-none stroke-stop" strokeWidth={body} />
    </svg>
  )
}
