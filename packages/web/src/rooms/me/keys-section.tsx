import type { Key } from '@sallyport/api'
import { Section } from '../../frame/section.tsx'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Mono } from '../../ui/mono.tsx'
import { RowName } from '../../ui/row-name.tsx'

const COLUMNS: readonly DataColumn<Key>[] = [
  {
    id: 'key',
    title: 'Key',
    names: true,
    cell: ({ comment, type }) => <RowName>{comment === '' ? type : comment}</RowName>,
  },
  { id: 'type', title: 'Type', width: '18%', cell: ({ type }) => <Mono className="text-ink-2">{type}</Mono> },
  {
    id: 'fingerprint',
    title: 'Fingerprint',
    width: '38%',
    cell: ({ fingerprint }) => <Mono className="text-[0.6875rem] wrap-anywhere">{fingerprint}</Mono>,
  },
  {
    id: 'added',
    title: 'Added',
    width: '14%',
    narrowTitle: 'added',
    cell: ({ added_at }) => <Moment at={added_at} />,
  },
]

/** Public keys that ssh may prove this person with. */
export function KeysSection({ keys }: { readonly keys: readonly Key[] }) {
  return (
    <Section title="SSH keys" count={keys.length} lead="ssh knows you by these. An admin adds and removes them.">
      {keys.length === 0 ? (
        <div className="px-gutter py-4">
          <EmptyState title="No SSH keys">
            Sign in with <Mono>sallyport login</Mono> and you need none: a certificate that lasts a working day goes
            into your agent.
          </EmptyState>
        </div>
      ) : (
        <DataTable
          label="SSH keys"
          columns={COLUMNS}
          rows={keys}
          rowId={({ id }) => id}
          rowText={({ comment, fingerprint }) => `${comment} ${fingerprint}`}
        />
      )}
    </Section>
  )
}
