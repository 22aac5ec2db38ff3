import type { ReachableTarget } from '@sallyport/api'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { Mono } from '../../ui/mono.tsx'
import { RowName } from '../../ui/row-name.tsx'
import { Tags } from '../../ui/tags.tsx'
import { PolicyLine } from '../policy-line.tsx'
import { ConnectMenu } from './connect-menu.tsx'
import { type Gateway, loginsOf, portsOf } from './home-view.ts'

interface HomeTableProps {
  readonly targets: readonly ReachableTarget[]
  readonly gateway: Gateway
}

export function HomeTable({ targets, gateway }: HomeTableProps) {
  const columns: readonly DataColumn<ReachableTarget>[] = [
    { id: 'name', title: 'Target', names: true, width: '22%', cell: ({ name }) => <RowName>{name}</RowName> },
    {
      id: 'address',
      title: 'Address',
      cell: ({ address }) => <Mono className="text-ink-2 wrap-anywhere">{address}</Mono>,
    },
    {
      id: 'tags',
      title: 'Tags',
      cell: ({ tags }) => <Tags tags={tags} />,
    },
    {
      id: 'logins',
      title: 'You go in as',
      narrow: 'hidden',
      cell: (target) => {
        const { names, words } = loginsOf(target)
        return (
          <span className="text-ink-2">
            <Mono>{names}</Mono> {words}
          </span>
        )
      },
    },
    {
      id: 'ports',
      title: 'Open ports',
      narrowTitle: 'ports',
      width: '11rem',
      cell: (target) => (
        <span className="text-ink-2">{portsOf(target) === undefined ? 'all' : <Mono>{portsOf(target)}</Mono>}</span>
      ),
    },
    {
      id: 'why',
      title: 'Because of',
      narrowTitle: 'because of',
      width: '7rem',
      cell: ({ line }) => <PolicyLine line={line} />,
    },
    {
      id: 'connect',
      title: 'Connect',
      titleHidden: true,
      narrow: 'side',
      numeric: true,
      width: '8rem',
      cell: (target) => <ConnectMenu target={target} gateway={gateway} />,
    },
  ]
  return (
    <DataTable
      label="Targets by name"
      // Addresses are never broken.
      listBelow={75}
      columns={columns}
      rows={targets}
      rowId={({ name }) => name}
      rowText={({ name }) => name}
    />
  )
}
