/** One measured line: what was measured, on whom, and how it compares. */
export interface Row {
  readonly bench: string
  readonly case: string
  readonly measure: string
  readonly unit: string
  readonly ours: number
  /** The real peer's figure, where there is one. */
  readonly peer?: number
  readonly peerName?: string
  /** ours / peer; the median over rounds of the ratio within a round. */
  readonly ratio?: number
  /** What the ratio, or without a peer the figure, should not pass (or not fall under, where `atLeast`). */
  readonly bar?: number
  readonly atLeast?: boolean
}

/** Whether a row meets its bar; `undefined` where it has none. */
export function meetsBar(row: Row): boolean | undefined {
  if (row.bar === undefined) return undefined
  const figure = row.ratio ?? row.ours
  return row.atLeast === true ? figure >= row.bar : figure <= row.bar
}

/** The rows as a table for people. */
export function renderRows(rows: readonly Row[]): string {
  const header = ['', 'bench', 'case', 'measure', 'ours', 'peer', 'ratio', 'bar']
  const lines = rows.map((row) => {
    const verdict = meetsBar(row)
    const bar = row.bar === undefined ? '' : `${row.atLeast === true ? '≥' : '≤'} ${row.bar}`
    const peer = row.peer === undefined ? '' : `${figure(row.peer)} ${row.peerName ?? ''}`
    return [
      verdict === undefined ? ' ' : verdict ? '✓' : '✗',
      row.bench,
      row.case,
      row.measure,
      `${figure(row.ours)} ${row.unit}`,
      peer,
      row.ratio === undefined ? '' : row.ratio.toFixed(2),
      bar,
    ]
  })
  const widths = header.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => (line[column] ?? '').length)),
  )
  return [header, ...lines]
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(3)
}
