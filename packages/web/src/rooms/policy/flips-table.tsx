import type { PolicyFlip } from '@sallyport/api'
import { Link } from '@tanstack/react-router'
import { paths } from '../../paths.ts'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { Mark } from '../../ui/mark.tsx'
import { Moment } from '../../ui/moment.tsx'
import { RowName } from '../../ui/row-name.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { amountText } from '../../words/amounts.ts'
import { becauseText, changeText } from './simulation-words.ts'

interface FlipsTableProps {
  readonly flips: readonly PolicyFlip[]
  /** Goes to a line of the text that was simulated. */
  readonly onGoTo: (line: number) => void
}

const MARKS = { allow: 'allow', deny: 'deny', ask: 'ask' } as const

/** Decisions that would come out otherwise: who, where, when, how, and by which line. */
export function FlipsTable({ flips, onGoTo }: FlipsTableProps) {
  const columns: readonly DataColumn<PolicyFlip>[] = [
    {
      id: 'who',
      title: 'Who',
      names: true,
      width: '11rem',
      cell: ({ user }) => (
        <RowName to={paths.user} params={{ user } as never}>
          {user}
        </RowName>
      ),
    },
    {
      id: 'what',
      title: 'What',
      cell: ({ host, port }) => <span className="mono wrap-anywhere">{`${host}:${port}`}</span>,
    },
    { id: 'change', title: 'Before and after', width: '17rem', cell: (flip) => <Change flip={flip} /> },
    { id: 'why', title: 'Because of', cell: (flip) => <Because flip={flip} onGoTo={onGoTo} /> },
    {
      id: 'when',
      title: 'Last',
      width: '12rem',
      cell: ({ last, count, sequence }) => (
        <>
          <Link to={paths.audit} search={{ event: sequence, before: after(last) } as never}>
            <Moment at={last} />
          </Link>
          {count > 1 && <span className="ml-2 text-ink-3">{amountText(count, 'time')}</span>}
        </>
      ),
    },
  ]
  return (
    <DataTable
      label="Decisions that would come out otherwise"
      columns={columns}
      rows={flips}
      twoLines
      listBelow={75}
      rowId={(flip) =>
        [flip.user, flip.address, flip.port, flip.target, flip.sequence, flip.becomes, flip.code].join(' ')
      }
      rowText={({ user, host, becomes }) => `${user} ${host} ${becomes}`}
    />
  )
}

function Change({ flip }: { readonly flip: PolicyFlip }) {
  const { before, after: then } = changeText(flip)
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1.5">
      <span className="text-ink-3">{before}</span>
      <Mark name="chev-right" size="sm" className="text-ink-3" />
      <span className={`inline-flex items-center gap-1.5 ${flip.becomes === 'deny' ? 'font-label text-stop' : ''}`}>
        <Mark name={MARKS[flip.becomes]} size="sm" />
        {then}
      </span>
      {flip.already_so && <span className="text-ink-3">as it is already</span>}
    </span>
  )
}

interface BecauseProps extends Pick<FlipsTableProps, 'onGoTo'> {
  readonly flip: PolicyFlip
}

function Because({ flip, onGoTo }: BecauseProps) {
  const { rule, line } = flip
  return (
    <span className="block">
      {rule === null || line === null ? (
        <span>no line opens it</span>
      ) : (
        <span className="mono">
          <TextButton onPress={() => onGoTo(line)}>{rule}</TextButton>
        </span>
      )}
      <span className="block text-xs text-ink-3">{becauseText(flip)}</span>
    </span>
  )
}

/** A moment after a time, so that the log shows the event among those before it. */
function after(time: string): string {
  return new Date(Date.parse(time) + 1000).toISOString()
}
