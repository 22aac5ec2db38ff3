import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useCall } from '../../api/use-call.ts'
import { useMay } from '../../api/use-signed-in.ts'
import { Page } from '../../frame/page.tsx'
import { paths } from '../../paths.ts'
import { Button } from '../../ui/button.tsx'
import { DataRegion } from '../../ui/data-region.tsx'
import { EditTargetDialog } from './edit-target-dialog.tsx'
import { RemoveTargetDialog } from './remove-target-dialog.tsx'
import { TargetEnrol } from './target-enrol.tsx'
import { TargetFacts } from './target-facts.tsx'
import { TargetReachers } from './target-reachers.tsx'

/** One target: where it is, who may go there, and how it comes to believe our certificates. */
export function TargetRoom() {
  const { target: name = '' } = useParams({ strict: false }) as { target?: string }
  const [editing, setEditing] = useState(false)
  const [removing, setRemoving] = useState(false)
  const navigate = useNavigate()
  const mayChange = useMay(['owner', 'admin'])
  const query = useCall('target.show', { target: name })
  return (
    <Page
      title={<span className="mono">{name}</span>}
      name={name}
      crumb={<Link to={paths.targets}>Targets</Link>}
      acts={
        mayChange &&
        query.data !== undefined && (
          <>
            <Button onPress={() => setEditing(true)}>Change…</Button>
            <Button kind="stop" onPress={() => setRemoving(true)}>
              Remove…
            </Button>
          </>
        )
      }
    >
      <DataRegion query={query} reading="Reading this target" failedTitle="This target could not be read">
        {(target) => (
          <div className="grid grid-cols-1 gap-8 px-gutter py-6">
            <TargetFacts target={target} />
            <TargetReachers target={target} />
            {mayChange && <TargetEnrol target={target} />}
            {editing && <EditTargetDialog target={target} onClose={() => setEditing(false)} />}
            {removing && (
              <RemoveTargetDialog
                target={target}
                onClose={() => setRemoving(false)}
                onRemoved={() => void navigate({ to: paths.targets })}
              />
            )}
          </div>
        )}
      </DataRegion>
    </Page>
  )
}
