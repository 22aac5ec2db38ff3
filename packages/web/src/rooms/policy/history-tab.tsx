import type { PolicyDocument, PolicyVersion } from '@sallyport/api'
import { useState } from 'react'
import { useCall } from '../../api/use-call.ts'
import { useMay } from '../../api/use-signed-in.ts'
import { Button } from '../../ui/button.tsx'
import { DataRegion } from '../../ui/data-region.tsx'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { Moment } from '../../ui/moment.tsx'
import { RowName } from '../../ui/row-name.tsx'
import { RollbackDialog } from './rollback-dialog.tsx'

/** Every version that was in force, newest first. */
export function HistoryTab({ current }: { readonly current: PolicyDocument }) {
  const history = useCall('policy.history', {})
  const mayChange = useMay(['owner', 'admin'])
  const [back, setBack] = useState<PolicyVersion>()
  const columns: readonly DataColumn<PolicyVersion>[] = [
    {
      id: 'version',
      title: 'Version',
      names: true,
      width: '9rem',
      cell: ({ version }) => (
        <>
          <RowName>{version}</RowName>
          {version === current.version && <span className="ml-3 text-ink-2">in force</span>}
        </>
      ),
    },
    { id: 'message', title: 'Message', cell: ({ message }) => <span className="wrap-anywhere">{message}</span> },
    { id: 'who', title: 'Who', width: '9rem', cell: ({ applied_by }) => applied_by },
    { id: 'when', title: 'When', width: '12rem', cell: ({ applied_at }) => <Moment at={applied_at} as="both" /> },
    {
      id: 'back',
      title: 'Go back',
      titleHidden: true,
      narrow: 'side',
      numeric: true,
      width: '8rem',
      cell: (version) =>
        mayChange &&
        version.version !== current.version && (
          <Button
            kind="quiet"
            size="sm"
            label={`Go back to version ${version.version}`}
            onPress={() => setBack(version)}
          >
            Go back…
          </Button>
        ),
    },
  ]
  return (
    <>
      <DataRegion query={history} reading="Reading versions" failedTitle="Versions could not be read">
        {({ versions }) => (
          <DataTable
            label="Versions, newest first"
            columns={columns}
            rows={versions}
            rowId={({ version }) => String(version)}
            rowText={({ version, message }) => `${version} ${message}`}
          />
        )}
      </DataRegion>
      {back !== undefined && <RollbackDialog to={back} current={current.version} onClose={() => setBack(undefined)} />}
    </>
  )
}
