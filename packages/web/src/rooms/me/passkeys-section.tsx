import type { Me, Passkey } from '@sallyport/api'
import { useState } from 'react'
import { useCall } from '../../api/use-call.ts'
import { Section } from '../../frame/section.tsx'
import { addedColumn, lastUsedColumn } from '../../parts/moment-columns.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { RowMenu } from '../../ui/row-menu.tsx'
import { RowName } from '../../ui/row-name.tsx'
import { AddPasskeyDialog } from './add-passkey-dialog.tsx'
import { RemovePasskeyDialog } from './remove-passkey-dialog.tsx'
import { RenamePasskeyDialog } from './rename-passkey-dialog.tsx'
import { waysIn } from './ways-in.ts'

type Asking = { readonly what: 'add' } | { readonly what: 'rename' | 'remove'; readonly passkey: Passkey }

/** What the person signs in with. */
export function PasskeysSection({ me }: { readonly me: Me }) {
  const { passkeys } = me
  const { data } = useCall('auth.state')
  const [asking, setAsking] = useState<Asking>()
  const close = () => setAsking(undefined)
  const columns: readonly DataColumn<Passkey>[] = [
    { id: 'name', title: 'Passkey', names: true, cell: ({ name }) => <RowName person>{name}</RowName> },
    {
      id: 'kind',
      title: 'Where it lives',
      width: '24%',
      cell: ({ synced }) =>
        synced ? <Badge mark="relay">synced between your devices</Badge> : <Badge mark="key">on one device</Badge>,
    },
    addedColumn('18%', ({ created_at }) => created_at),
    lastUsedColumn('18%'),
    {
      id: 'acts',
      title: 'Actions',
      titleHidden: true,
      numeric: true,
      width: '5rem',
      narrow: 'side',
      cell: (passkey) => (
        <RowMenu
          label={`Actions for ${passkey.name}`}
          entries={[
            { id: 'rename', label: 'Rename…', mark: 'edit', onAction: () => setAsking({ what: 'rename', passkey }) },
            {
              id: 'remove',
              label: 'Remove…',
              mark: 'end',
              stop: true,
              apart: true,
              onAction: () => setAsking({ what: 'remove', passkey }),
            },
          ]}
        />
      ),
    },
  ]
  return (
    <Section
      title="Passkeys"
      count={passkeys.length}
      acts={
        <Button mark="plus" kind="primary" onPress={() => setAsking({ what: 'add' })}>
          Add passkey
        </Button>
      }
    >
      {passkeys.length === 0 ? (
        <div className="px-gutter py-4">
          <EmptyState title="No passkeys yet">
            A passkey lets you in without a password: your phone, your computer or a security key.
          </EmptyState>
        </div>
      ) : (
        <DataTable
          label="Passkeys"
          columns={columns}
          rows={passkeys}
          rowId={({ id }) => id}
          rowText={({ name }) => name}
        />
      )}
      {asking?.what === 'add' && <AddPasskeyDialog onClose={close} />}
      {asking?.what === 'rename' && <RenamePasskeyDialog passkey={asking.passkey} onClose={close} />}
      {asking?.what === 'remove' && (
        <RemovePasskeyDialog passkey={asking.passkey} last={waysIn(me, data?.methods) === 1} onClose={close} />
      )}
    </Section>
  )
}
