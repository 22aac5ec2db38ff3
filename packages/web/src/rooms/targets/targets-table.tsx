import type { Target } from '@sallyport/api'
import { useNavigate } from '@tanstack/react-router'
import { paths } from '../../paths.ts'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Mono } from '../../ui/mono.tsx'
import { RowName } from '../../ui/row-name.tsx'
import { Tags } from '../../ui/tags.tsx'

const COLUMNS: readonly DataColumn<Target>[] = [
  {
    id: 'name',
    title: 'Target',
    names: true,
    cell: ({ name }) => (
      <RowName to={paths.target} params={{ target: name } as never}>
        {name}
      </RowName>
    ),
  },
  {
    id: 'address',
    title: 'Address',
    cell: ({ address, port }) => (
      <Mono className="text-ink-2 wrap-anywhere">
        {address}:{port}
      </Mono>
    ),
  },
  {
    id: 'tags',
    title: 'Tags',
    cell: ({ tags }) => <Tags tags={tags} />,
  },
  {
    id: 'keys',
    title: 'Host keys',
    narrowTitle: 'host keys',
    width: '7rem',
    numeric: true,
    cell: ({ host_keys }) => (host_keys.length === 0 ? <span className="text-ink-3">none</span> : host_keys.length),
  },
  {
    id: 'since',
    title: 'Added',
    narrow: 'hidden',
    width: '10rem',
    numeric: true,
    cell: ({ created_at }) => (
      <span className="text-ink-3">
        <Moment at={created_at} />
      </span>
    ),
  },
]

export function TargetsTable({ targets }: { readonly targets: readonly Target[] }) {
  const navigate = useNavigate()
  return (
    <DataTable
      label="Targets by name"
      columns={COLUMNS}
      rows={targets}
      rowId={({ id }) => id}
      rowText={({ name }) => name}
      onOpen={({ name }) => void navigate({ to: paths.target, params: { target: name } } as never)}
    />
  )
}
