import type { ApiToken } from '@sallyport/api'
import { useState } from 'react'
import { useCall } from '../../api/use-call.ts'
import { Page } from '../../frame/page.tsx'
import { lastUsedColumn } from '../../parts/moment-columns.tsx'
import { Button } from '../../ui/button.tsx'
import { DataRegion } from '../../ui/data-region.tsx'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Moment } from '../../ui/moment.tsx'
import { RowName } from '../../ui/row-name.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { Tag } from '../../ui/tag.tsx'
import { AddTokenDialog } from './add-token-dialog.tsx'
import { RemoveTokenDialog } from './remove-token-dialog.tsx'

/** Secrets with which programs act in the person's name. */
export function TokensRoom() {
  const me = useCall('me.show')
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<ApiToken>()
  const columns: readonly DataColumn<ApiToken>[] = [
    { id: 'name', title: 'Token', names: true, cell: ({ name }) => <RowName person>{name}</RowName> },
    {
      id: 'scopes',
      title: 'May',
      width: '30%',
      cell: ({ scopes }) => (
        <span className="flex flex-wrap gap-1">
          {scopes.map((scope) => (
            <Tag key={scope}>{scope === '*' ? 'everything you may' : scope}</Tag>
          ))}
        </span>
      ),
    },
    lastUsedColumn('15%'),
    {
      id: 'until',
      title: 'Expires',
      width: '15%',
      narrowTitle: 'expires',
      cell: ({ expires_at }) =>
        new Date(expires_at) < new Date() ? <StateBadge state="expired" /> : <Moment at={expires_at} />,
    },
    {
      id: 'acts',
      title: 'Actions',
      titleHidden: true,
      numeric: true,
      width: '8rem',
      narrow: 'side',
      cell: (token) => (
        <Button kind="quiet" size="sm" label={`Take back ${token.name}`} onPress={() => setRemoving(token)}>
          Take back…
        </Button>
      ),
    },
  ]
  const add = (
    <Button kind="primary" mark="plus" onPress={() => setAdding(true)}>
      Make token
    </Button>
  )
  const some = (me.data?.tokens.length ?? 0) > 0
  return (
    <Page
      title="API tokens"
      state="Programs that hold one act in your name, within what it says they may."
      {...(some ? { acts: add } : {})}
    >
      <div className="mt-4">
        <DataRegion
          query={me}
          failedTitle="Your tokens could not be read"
          reading="Reading your tokens"
          isEmpty={({ tokens }) => tokens.length === 0}
          empty={
            <EmptyState title="No API tokens yet" acts={add}>
              A script or a pipeline uses one instead of signing in. It expires, and you can take it back at any time.
            </EmptyState>
          }
        >
          {({ tokens }) => (
            <DataTable
              label="API tokens"
              columns={columns}
              rows={tokens}
              rowId={({ id }) => id}
              rowText={({ name }) => name}
            />
          )}
        </DataRegion>
      </div>
      {adding && <AddTokenDialog onClose={() => setAdding(false)} />}
      {removing !== undefined && <RemoveTokenDialog token={removing} onClose={() => setRemoving(undefined)} />}
    </Page>
  )
}
