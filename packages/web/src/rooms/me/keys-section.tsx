import type { Key } from '@sallyport/api'
import { useState } from 'react'
import { Section } from '../../frame/section.tsx'
import { addedColumn, lastUsedColumn } from '../../parts/moment-columns.tsx'
import { Button } from '../../ui/button.tsx'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Mono } from '../../ui/mono.tsx'
import { RowName } from '../../ui/row-name.tsx'
import { keyKind } from '../../words/key-kind.ts'
import { AddOwnKeyDialog } from './add-own-key-dialog.tsx'
import { RemoveOwnKeyDialog } from './remove-own-key-dialog.tsx'

/** Public keys that ssh may prove this person with. */
export function KeysSection({ keys }: { readonly keys: readonly Key[] }) {
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<Key>()
  const columns: readonly DataColumn<Key>[] = [
    {
      id: 'key',
      title: 'Key',
      names: true,
      cell: ({ comment, type }) => <RowName>{comment === '' ? type : comment}</RowName>,
    },
    {
      id: 'kind',
      title: 'Kind',
      width: '14%',
      cell: ({ type }) => (
        <span className="text-ink-2" title={type}>
          {keyKind(type)}
        </span>
      ),
    },
    {
      id: 'fingerprint',
      title: 'Fingerprint',
      width: '32%',
      cell: ({ fingerprint }) => <Mono className="text-[0.6875rem] wrap-anywhere">{fingerprint}</Mono>,
    },
    addedColumn('12%', ({ added_at }) => added_at),
    lastUsedColumn('12%'),
    {
      id: 'acts',
      title: 'Actions',
      titleHidden: true,
      numeric: true,
      width: '7rem',
      narrow: 'side',
      cell: (key) => (
        <Button kind="quiet" size="sm" label={`Remove ${nameOf(key)}…`} onPress={() => setRemoving(key)}>
          Remove…
        </Button>
      ),
    },
  ]
  return (
    <Section
      title="SSH keys"
      count={keys.length}
      lead={
        <>
          ssh knows you by these. A certificate of <Mono>sallyport login</Mono> does the same and ends by itself.
        </>
      }
      acts={
        <Button mark="plus" onPress={() => setAdding(true)}>
          Add key
        </Button>
      }
    >
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
          columns={columns}
          rows={keys}
          rowId={({ id }) => id}
          rowText={({ comment, fingerprint }) => `${comment} ${fingerprint}`}
        />
      )}
      {adding && <AddOwnKeyDialog onClose={() => setAdding(false)} />}
      {removing !== undefined && <RemoveOwnKeyDialog keyOf={removing} onClose={() => setRemoving(undefined)} />}
    </Section>
  )
}

function nameOf({ comment, fingerprint }: Key): string {
  return comment === '' ? fingerprint : comment
}
