import type { RememberedCheck } from '@sallyport/api'
import { useState } from 'react'
import { useCall } from '../../api/use-call.ts'
import { Section } from '../../frame/section.tsx'
import { Button } from '../../ui/button.tsx'
import { DataRegion } from '../../ui/data-region.tsx'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Mono } from '../../ui/mono.tsx'
import { RowName } from '../../ui/row-name.tsx'
import { ForgetChecksDialog } from './forget-checks-dialog.tsx'

/** Second factors that ssh does not ask for again for a while. */
export function ChecksSection() {
  const list = useCall('me.checks')
  const [forgetting, setForgetting] = useState<RememberedCheck | 'all'>()
  const checks = list.data?.checks ?? []
  const columns: readonly DataColumn<RememberedCheck>[] = [
    { id: 'from', title: 'Logins from', names: true, cell: ({ source }) => <RowName>{source}</RowName> },
    {
      id: 'to',
      title: 'To',
      width: '20%',
      narrowTitle: 'to',
      cell: ({ target }) => (target === null ? 'this gateway' : <Mono>{target}</Mono>),
    },
    {
      id: 'method',
      title: 'Proved with',
      width: '16%',
      narrowTitle: 'with',
      cell: ({ method }) => <span className="text-ink-2">{method === 'passkey' ? 'passkey' : 'one-time code'}</span>,
    },
    {
      id: 'at',
      title: 'Given',
      width: '14%',
      narrowTitle: 'given',
      cell: ({ checked_at }) => <Moment at={checked_at} as="ago" />,
    },
    {
      id: 'until',
      title: 'Counts until',
      width: '14%',
      narrowTitle: 'until',
      cell: ({ until }) => <Moment at={until} />,
    },
    {
      id: 'acts',
      title: 'Actions',
      titleHidden: true,
      numeric: true,
      width: '7rem',
      narrow: 'side',
      cell: (check) => (
        <Button
          kind="quiet"
          size="sm"
          label={`Forget logins from ${check.source} to ${check.target ?? 'this gateway'}`}
          onPress={() => setForgetting(check)}
        >
          Forget…
        </Button>
      ),
    },
  ]
  return (
    <Section
      title="Remembered checks"
      {...(list.data === undefined ? {} : { count: checks.length })}
      lead="ssh from these addresses is not asked again until then, or for less where the policy says so."
      acts={
        checks.length > 1 && (
          <Button size="sm" onPress={() => setForgetting('all')}>
            Forget all…
          </Button>
        )
      }
    >
      <DataRegion
        query={list}
        failedTitle="Remembered checks could not be read"
        reading="Reading remembered checks"
        isEmpty={(data) => data.checks.length === 0}
        empty={
          <EmptyState title="Nothing is remembered">
            Approve a login for a while instead of once, and the address it comes from stands here.
          </EmptyState>
        }
      >
        {(data) => (
          <DataTable
            label="Remembered checks"
            columns={columns}
            rows={data.checks}
            rowId={({ id }) => id}
            rowText={({ source, target }) => `${source} ${target ?? ''}`}
          />
        )}
      </DataRegion>
      {forgetting !== undefined && (
        <ForgetChecksDialog which={forgetting} count={checks.length} onClose={() => setForgetting(undefined)} />
      )}
    </Section>
  )
}
