import { GridList, GridListItem } from 'react-aria-components/GridList'
import { cx } from './cx.ts'
import type { DataColumn, DataTableProps } from './data-table.tsx'

/** The same rows in a narrow window: an entry each, nothing squeezed. */
export function DataList<Row>({ label, columns, rows, rowId, rowText, selected, onOpen }: DataTableProps<Row>) {
  const byId = new Map(rows.map((row) => [rowId(row), row]))
  const names = columns.filter(({ names: isName }) => isName === true)
  const sides = columns.filter(({ narrow, names: isName }) => narrow === 'side' && isName !== true)
  const lines = columns.filter(
    ({ narrow = 'line', names: isName }) => (narrow === 'line' || narrow === 'own') && isName !== true,
  )
  const one = (row: Row) => (column: DataColumn<Row>) => (
    <span key={column.id} className={cx('min-w-0 empty:hidden', column.narrow === 'own' && 'basis-full')}>
      {column.narrowTitle !== undefined && <span className="text-ink-3">{column.narrowTitle} </span>}
      {column.cell(row)}
    </span>
  )
  return (
    <GridList
      aria-label={label}
      {...(onOpen === undefined
        ? {}
        : {
            onAction: (id) => {
              const row = byId.get(String(id))
              if (row !== undefined) onOpen(row)
            },
          })}
    >
      {rows.map((row) => {
        const id = rowId(row)
        return (
          <GridListItem
            key={id}
            id={id}
            textValue={rowText(row)}
            className="grid cursor-default grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 border-b border-rule px-gutter py-2.5 data-focus-visible:-outline-offset-2 data-[open]:bg-accent-tint data-[open]:shadow-[inset_3px_0_0_var(--accent)] forced-colors:data-[open]:outline-2 forced-colors:data-[open]:-outline-offset-2 forced-colors:data-[open]:outline-[Highlight]"
            {...(id === selected ? { 'data-open': '' } : {})}
          >
            <div className="min-w-0 wrap-anywhere">{names.map(one(row))}</div>
            <div className="flex items-center gap-2">{sides.map(one(row))}</div>
            <div className="col-span-2 flex flex-wrap items-center gap-x-3.5 gap-y-0.5 wrap-anywhere">
              {lines.map(one(row))}
            </div>
          </GridListItem>
        )
      })}
    </GridList>
  )
}
