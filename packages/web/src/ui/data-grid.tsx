import { Row as AriaRow, Cell, Column, Table, TableBody, TableHeader } from 'react-aria-components/Table'
import { cx } from './cx.ts'
import type { DataTableProps } from './data-table.tsx'

const HEAD =
  'sticky top-0 z-1 border-b border-rule bg-surface py-1.5 text-xs font-text whitespace-nowrap text-ink-3 first:pl-gutter last:pr-gutter'
const ROW =
  'group/row cursor-default data-hovered:bg-hover data-focus-visible:-outline-offset-2 data-[open]:bg-accent-tint data-[open]:shadow-[inset_3px_0_0_var(--accent)] forced-colors:data-[open]:outline-2 forced-colors:data-[open]:outline-[Highlight]'
const CELL =
  'border-b border-rule py-1 align-middle wrap-anywhere first:pl-gutter last:pr-gutter data-focus-visible:-outline-offset-2'

/** Numbers stand right: what is left of the next column needs room. */
const side = (numeric: boolean | undefined) => (numeric === true ? 'pr-6 text-right' : 'pr-3 text-left')

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
            className={cx(HEAD, side(numeric))}
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
                <Cell key={column} className={cx(CELL, twoLines === true ? 'h-row-2' : 'h-row', side(numeric))}>
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
