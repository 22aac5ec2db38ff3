import type { PolicyVersion } from '@sallyport/api'
import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { useCall } from '../../api/use-call.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast-list.ts'
import { EffectsList } from './effects-list.tsx'

interface RollbackDialogProps {
  readonly to: PolicyVersion
  readonly current: number
  readonly onClose: () => void
}

/** Puts an earlier text into force, as a new version. */
export function RollbackDialog({ to, current, onClose }: RollbackDialogProps) {
  const [message, setMessage] = useState('')
  const diff = useCall('policy.diff', { version: to.version, against: current, limit: 5 })
  const rollback = useAct('policy.rollback', { changes: ['me.targets', 'session.list'] })
  const submit = () =>
    rollback.mutate(
      { version: to.version, message, expected_version: current },
      {
        onSuccess: ({ version }) => {
          toast(`Version ${version} is in force, with the text of ${to.version}`)
          onClose()
        },
      },
    )
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`Go back to version ${to.version}?`}
      lead="Its text is in force at once, as a new version. Passages that it does not allow end."
      keep="Stay"
      verb="Go back"
      doing="Going back"
      busy={rollback.isPending}
      error={rollback.error}
      onSubmit={submit}
    >
      {diff.data !== undefined && <EffectsList diff={diff.data} />}
      <TextField label="Message, for the history" value={message} onChange={setMessage} autoFocus maxLength={500} />
    </FormDialog>
  )
}
