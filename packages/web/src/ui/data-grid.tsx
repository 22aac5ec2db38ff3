import { Row as AriaRow, Cell, Column, Table, TableBody, TableHeader } from 'react-aria-components/Table'
import { cx } from './cx.ts'
import type { DataTableProps } from './data-table.tsx'

const HEAD =
  'sticky top-0 z-1 border-b border-rule bg-surface py-1.5 pr-3 text-left text-xs font-text whitespace-nowrap text-ink-3 first:pl-gutter last:pr-gutter'
const ROW =
  'group/row cursor-default data-hovered:bg-hover data-focus-visible:-outline-offset-2 data-[open]:bg-accent-tint data-[open]:shadow-[inset_3px_0_0_var(--accent)] forced-colors:data-[open]:outline-2 forced-colors:data-[open]:outline-[Highlight]'
const CELL =
  'border-b border-rule pr-3 align-middle first:pl-gutter last:pr-gutter data-focus-visible:-outline-offset-2'

/** A table of a wide window; arrows go from cell to cell. */
export function DataGrid<Row>({
  label,
  columns,
  rows,
  rowId,
  rowText,
  twoLines,
  selected,
  onOpen,
}: DataTableProps<Row>) {
  const byId = new Map(rows.map((row) => [rowId(row), row]))
  return (
    <Table
      aria-label={label}
      className="w-full table-fixed border-collapse"
      {...(onOpen === undefined
        ? {}
        : {
            onRowAction: (id) => {
              const row = byId.get(String(id))
              if (row !== undefined) onOpen(row)
            },
          })}
    >
      <TableHeader>
        {columns.map(({ id, title, titleHidden, numeric, names, width }) => (
          <Column
            key={id}
            id={id}
            isRowHeader={names === true}
            className={cx(HEAD, numeric === true && 'text-right')}
            {...(width === undefined ? {} : { style: { width } })}
          >
            {titleHidden === true ? <span className="sr-only">{title}</span> : title}
          </Column>
        ))}
      </TableHeader>
      <TableBody>
        {rows.map((row) => {
          const id = rowId(row)
          return (
            <AriaRow
              key={id}
              id={id}
              textValue={rowText(row)}
              className={ROW}
              {...(id === selected ? { 'data-open': '' } : {})}
            >
              {columns.map(({ id: column, cell, numeric }) => (
                <Cell
                  key={column}
                  className={cx(CELL, twoLines === true ? 'h-row-2' : 'h-row', numeric === true && 'text-right')}
                >
                  {cell(row)}
                </Cell>
              ))}
            </AriaRow>
          )
        })}
      </TableBody>
    </Table>
  )
}
