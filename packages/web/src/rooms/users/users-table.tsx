import type { User } from '@sallyport/api'
import { useNavigate } from '@tanstack/react-router'
import { paths } from '../../paths.ts'
import { Badges } from '../../ui/badges.tsx'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PersonName } from '../../ui/person-name.tsx'
import { RowName } from '../../ui/row-name.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'

const COLUMNS: readonly DataColumn<User>[] = [
  {
    id: 'name',
    title: 'Login',
    names: true,
    cell: ({ name, disabled }) => (
      <RowName to={paths.user} params={{ user: name } as never} off={disabled}>
        {name}
      </RowName>
    ),
  },
  {
    id: 'display',
    title: 'Name',
    cell: ({ display_name }) =>
      display_name !== '' && (
        <span className="text-ink-2">
          <PersonName name={display_name} login="" />
        </span>
      ),
  },
  { id: 'role', title: 'Role', width: '6.5rem', cell: ({ role }) => role },
  {
    id: 'state',
    title: 'State',
    width: '9rem',
    cell: ({ disabled, sessions }) => (
      <Badges>
        {disabled && <StateBadge state="disabled" />}
        {sessions > 0 && <StateBadge state="live">{sessions} live</StateBadge>}
      </Badges>
    ),
  },
  { id: 'keys', title: 'SSH keys', narrowTitle: 'SSH keys', width: '6rem', numeric: true, cell: ({ keys }) => keys },
  {
    id: 'since',
    title: 'Here since',
    narrow: 'hidden',
    width: '8rem',
    numeric: true,
    cell: ({ created_at }) => (
      <span className="text-ink-3">
        <Moment at={created_at} />
      </span>
    ),
  },
]

export function UsersTable({ users }: { readonly users: readonly User[] }) {
  const navigate = useNavigate()
  return (
    <DataTable
      label="People by login"
      columns={COLUMNS}
      rows={users}
      rowId={({ id }) => id}
      rowText={({ name, display_name }) => `${name} ${display_name}`}
      onOpen={({ name }) => void navigate({ to: paths.user, params: { user: name } } as never)}
    />
  )
}
