import type { Session } from '@sallyport/api'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { Mono } from '../../ui/mono.tsx'
import { RowName } from '../../ui/row-name.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { bytesText } from '../../words/amounts.ts'
import { runningText } from '../../words/times.ts'
import { bytesOf, whereTo } from './sessions-view.ts'
import { Sparkline } from './sparkline.tsx'

interface SessionsTableProps {
  readonly sessions: readonly Session[]
  readonly rates: ReadonlyMap<string, readonly number[]>
  readonly now: Date
  readonly selected: string | undefined
  readonly onOpen: (session: Session) => void
}

export function SessionsTable({ sessions, rates, now, selected, onOpen }: SessionsTableProps) {
  const columns: readonly DataColumn<Session>[] = [
    {
      id: 'where',
      title: 'Session',
      names: true,
      cell: (session) => (
        <span className="block min-w-0">
          <span className="flex flex-wrap items-baseline gap-x-2.5">
            <RowName>{whereTo(session)}</RowName>
            <span className="text-ink-2">{session.user}</span>
          </span>
          <span className="flex min-w-0 items-center gap-x-4 max-[80rem]:flex-wrap">
            <StateBadge state="blind" />
            <span className="cut text-xs text-ink-2">
              from <Mono>{session.source}</Mono>, {bytesText(bytesOf(session))} so far
            </span>
          </span>
        </span>
      ),
    },
    {
      id: 'open',
      title: 'Open for',
      width: '5.5rem',
      numeric: true,
      narrow: 'side',
      cell: ({ started_at }) => runningText(now.getTime() - Date.parse(started_at)),
    },
    {
      id: 'rate',
      title: 'Last 5 min',
      width: '11rem',
      cell: ({ id }) => {
        const values = rates.get(id) ?? []
        return (
          <span className="flex items-center gap-2.5 text-xs whitespace-nowrap text-ink-3">
            <Sparkline values={values} />
            {bytesText(Math.round(values.at(-1) ?? 0))}/s
          </span>
        )
      },
    },
  ]
  return (
    <DataTable
      label="Live sessions"
      columns={columns}
      rows={sessions}
      rowId={({ id }) => id}
      rowText={(session) => `${session.user} ${whereTo(session)}`}
      twoLines
      // A pane may stand beside it.
      listBelow={80}
      selected={selected}
      onOpen={onOpen}
    />
  )
}
