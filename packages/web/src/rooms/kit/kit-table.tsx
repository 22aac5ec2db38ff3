import { useState } from 'react'
import { Badges } from '../../ui/badges.tsx'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { Mono } from '../../ui/mono.tsx'
import { RowMenu } from '../../ui/row-menu.tsx'
import { RowName } from '../../ui/row-name.tsx'
import { StateBadge, type StateName } from '../../ui/state-badge.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { KitPart } from './kit-part.tsx'

interface Example {
  readonly name: string
  readonly what: string
  readonly address: string
  readonly states: readonly StateName[]
}

const ROWS: readonly Example[] = [
  { name: 'db-1', what: 'Orders primary', address: '10.20.4.11:22', states: ['recorded', 'check-due'] },
  { name: 'git-1', what: 'Gitea and its runners', address: '10.20.4.30:22', states: ['blind'] },
  { name: 'dc-02', what: 'Domain controller', address: '10.20.9.2:3389', states: ['on-request'] },
]
const MANY: readonly Example[] = Array.from({ length: 2_418 }, (_, index) => ({
  name: `web-${index + 1}`,
  what: 'Web server',
  address: `10.20.${index >> 8}.${index & 255}:22`,
  states: ['blind'],
}))
const COLUMNS: readonly DataColumn<Example>[] = [
  { id: 'name', title: 'Target', names: true, width: '18%', cell: ({ name }) => <RowName>{name}</RowName> },
  { id: 'what', title: 'What it is', cell: ({ what }) => <span className="text-ink-2">{what}</span> },
  { id: 'address', title: 'Address', width: '20%', cell: ({ address }) => <Mono>{address}</Mono> },
  {
    id: 'states',
    title: 'The session is',
    width: '26%',
    cell: ({ states }) => (
      <Badges>
        {states.map((state) => (
          <StateBadge key={state} state={state} />
        ))}
      </Badges>
    ),
  },
  {
    id: 'acts',
    title: 'Actions',
    titleHidden: true,
    numeric: true,
    width: '5rem',
    narrow: 'side',
    cell: ({ name }) => <RowMenu label={`Actions for ${name}`} entries={[{ id: 'open', label: 'Open' }]} />,
  },
]

export function KitTable() {
  const [tab, setTab] = useState<'one' | 'two' | 'many'>('one')
  const [open, setOpen] = useState<string | undefined>('git-1')
  const table = (label: string, rows: readonly Example[], twoLines = false) => (
    <DataTable
      label={label}
      columns={COLUMNS}
      rows={rows}
      rowId={({ name }) => name}
      rowText={({ name }) => name}
      twoLines={twoLines}
      selected={open}
      onOpen={({ name }) => setOpen(name)}
    />
  )
  return (
    <KitPart
      title="Tabs and tables"
      rule="Ruled like a ledger; the first column is the name, the open row has a bar."
      span={12}
    >
      <Tabs
        label="Row heights"
        value={tab}
        onChange={setTab}
        tabs={[
          { id: 'one', label: 'One line', content: table('Targets', ROWS) },
          { id: 'two', label: 'Two lines', content: table('Targets, two lines', ROWS, true) },
          { id: 'many', label: 'Very many', content: table('Targets, very many', MANY) },
        ]}
      />
    </KitPart>
  )
}
