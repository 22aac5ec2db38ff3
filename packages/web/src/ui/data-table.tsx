import { type ReactNode, useState } from 'react'
import { countText } from '../words/amounts.ts'
import { DataGrid } from './data-grid.tsx'
import { DataList } from './data-list.tsx'
import { TextButton } from './text-button.tsx'
import { useNarrow } from './use-narrow.ts'

/** Rows that are drawn at once, and more for each time that more are asked for: a thousand would make typing slow. */
const ROWS_STEP = 100

/** A column, or in a narrow window a line of an entry. */
export interface DataColumn<Row> {
  readonly id: string
  readonly title: string
  readonly cell: (row: Row) => ReactNode
  /** A CSS width; columns without one share what is left. */
  readonly width?: string
  /** Numbers stand right. */
  readonly numeric?: boolean
  /** What it says is only for readers of the screen, e.g. over buttons. */
  readonly titleHidden?: boolean
  /** The name of the row: set in mono 600 by `RowName`. */
  readonly names?: boolean
  /** In a list: `line` below the name (usual), `own` a line of its own, `side` at its right, `hidden`. */
  readonly narrow?: 'line' | 'own' | 'side' | 'hidden'
  /** Before the value in a list, where the value alone would say too little: "key expires". */
  readonly narrowTitle?: string
}

export interface DataTableProps<Row> {
  /** What the table lists. */
  readonly label: string
  readonly columns: readonly DataColumn<Row>[]
  readonly rows: readonly Row[]
  readonly rowId: (row: Row) => string
  /** Said by readers of the screen and found by typing. */
  readonly rowText: (row: Row) => string
  /** Width of a window below which it is a list, in rem: more for many columns, or where something stands beside it. */
  readonly listBelow?: number
  /** Two lines in a row: 52 px instead of 36. */
  readonly twoLines?: boolean
  /** The row that is open beside the table. */
  readonly selected?: string | undefined
  /** Opens a row: by a click on it, or Enter. */
  readonly onOpen?: (row: Row) => void
}

/**
 * Rows of one kind of thing: a table, or a list in a narrow window; of very many the first, and more when asked for. Wrap it
 * in `DataRegion` for its four states.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const [most, setMost] = useState(ROWS_STEP)
  const { rows, listBelow } = props
  const narrow = useNarrow(listBelow)
  const more = rows.length - most
  const shown = more > 0 ? { ...props, rows: rows.slice(0, most) } : props
  return (
    <>
      {narrow ? <DataList {...shown} /> : <DataGrid {...shown} />}
      {more > 0 && (
        <p className="flex flex-wrap items-center gap-x-3.5 gap-y-1 px-gutter py-3 text-ink-3">
          <span role="status">
            {countText(most)} of {countText(rows.length)}
          </span>
          <TextButton onPress={() => setMost(most + ROWS_STEP)}>
            Show {countText(Math.min(more, ROWS_STEP))} more
          </TextButton>
        </p>
      )}
    </>
  )
}
