import type { PolicyGroup } from '@sallyport/api'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { RowName } from '../../ui/row-name.tsx'
import { PolicyLine } from '../policy-line.tsx'
import { GroupMembers } from './group-members.tsx'
import { opensText } from './groups-view.ts'

const COLUMNS: readonly DataColumn<PolicyGroup>[] = [
  { id: 'name', title: 'Group', names: true, width: '15rem', cell: ({ name }) => <RowName>{name}</RowName> },
  {
    id: 'members',
    title: 'Who is in it',
    narrow: 'own',
    narrowTitle: 'in it',
    cell: ({ members }) => <GroupMembers members={members} />,
  },
  {
    id: 'opens',
    title: 'What it opens',
    narrow: 'own',
    narrowTitle: 'opens',
    cell: (group) =>
      group.rules.length === 0 ? (
        <span className="text-ink-3">nothing</span>
      ) : (
        <ul className="grid gap-0.5 wide:py-1.5">
          {opensText(group).map(({ line, text }) => (
            <li key={line} className="wrap-anywhere">
              <span className="mono text-ink-2">{text}</span> <PolicyLine line={line} />
            </li>
          ))}
        </ul>
      ),
  },
  {
    id: 'line',
    title: 'Stands at',
    width: '7rem',
    narrow: 'hidden',
    cell: ({ line }) => <PolicyLine line={line} />,
  },
]

export function GroupsTable({ groups }: { readonly groups: readonly PolicyGroup[] }) {
  return (
    <DataTable
      label="Groups in the order of the policy"
      columns={COLUMNS}
      rows={groups}
      rowId={({ name }) => name}
      rowText={({ name }) => name}
      twoLines
    />
  )
}
