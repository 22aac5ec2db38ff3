import type { HistogramProps } from './histogram.tsx'

/** The same in rows, for readers of the screen; bars that are empty have none. */
export function HistogramTable({ label, bars, edgeText, legend }: Omit<HistogramProps, 'axis' | 'onSelect' | 'act'>) {
  return (
    <div className="sr-only">
      <table>
        <caption>{label}</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">{legend.all}</th>
            <th scope="col">{legend.below}</th>
          </tr>
        </thead>
        <tbody>
          {bars.map(
            ({ all, below }, index) =>
              all > 0 && (
                <tr key={edgeText(index)}>
                  <th scope="row">{edgeText(index)}</th>
                  <td>{all}</td>
                  <td>{below}</td>
                </tr>
              ),
          )}
        </tbody>
      </table>
    </div>
  )
}
