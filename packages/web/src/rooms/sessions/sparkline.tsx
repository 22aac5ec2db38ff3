/** Width and height of the drawing, in pixels; a line has room for its width. */
const WIDTH = 64
const HEIGHT = 18
const EDGE = 2

/** One line, its last point marked; the value stands beside it in words. */
export function Sparkline({ values }: { readonly values: readonly number[] }) {
  if (values.length < 2)
    return <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="h-[18px] w-16 max-wide:hidden" aria-hidden />
  const top = Math.max(...values, 1)
  const step = (WIDTH - 2 * EDGE) / (values.length - 1)
  const points = values.map((value, index) => [
    EDGE + index * step,
    HEIGHT - EDGE - (value / top) * (HEIGHT - 2 * EDGE),
  ])
  const [x, y] = points.at(-1) ?? [0, 0]
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="h-[18px] w-16 overflow-visible" aria-hidden>
      <polyline
        points={points.map(([px = 0, py = 0]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ')}
        className="fill-none stroke-ink-3 stroke-[1.25]"
      />
      <circle cx={x} cy={y} r="1.75" className="fill-ink" />
    </svg>
  )
}
