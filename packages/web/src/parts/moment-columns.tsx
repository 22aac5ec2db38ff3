import type { DataColumn } from '../ui/data-table.tsx'
import { Moment } from '../ui/moment.tsx'

/** Since when it counts. */
export function addedColumn<Row>(width: string, at: (row: Row) => string): DataColumn<Row> {
  return { id: 'added', title: 'Added', width, narrowTitle: 'added', cell: (row) => <Moment at={at(row)} /> }
}

/** When somebody came in by it, if ever. */
export function lastUsedColumn<Row extends { readonly last_used_at: string | null }>(width: string): DataColumn<Row> {
  return {
    id: 'used',
    title: 'Last used',
    width,
    narrowTitle: 'last used',
    cell: ({ last_used_at }) =>
      last_used_at === null ? <span className="text-ink-3">never</span> : <Moment at={last_used_at} />,
  }
}
