import { useEffect, useEffectEvent, useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { useCall } from '../../api/use-call.ts'
import { CheckBox } from '../../ui/check-box.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast-list.ts'
import { amountText } from '../../words/amounts.ts'
import { EffectsList } from './effects-list.tsx'
import { PublishSimulation } from './publish-simulation.tsx'
import type { DraftState } from './use-draft.ts'
import type { Simulation } from './use-simulation.ts'

interface PublishDialogProps {
  readonly state: DraftState
  readonly simulation: Simulation
  /** To all of what was simulated. */
  readonly onShow: () => void
  readonly onClose: () => void
}

/** Puts the draft into force: refused where another version came between, or where it locks somebody out. */
export function PublishDialog({ state: { draft, isDraft, drop }, simulation, onShow, onClose }: PublishDialogProps) {
  const [message, setMessage] = useState('')
  const [insists, setInsists] = useState(false)
  const diff = useCall('policy.diff', { text: draft.text, limit: 5 })
  const apply = useAct('policy.apply', { changes: ['me.targets', 'session.list'] })
  const locksOut = apply.error?.reason === 'policy.locks-out'
  const arrived = apply.error !== null && !isDraft
  const close = useEffectEvent(() => {
    toast(`Version ${draft.base} is in force`)
    onClose()
  })
  useEffect(() => {
    // No answer came to it, and yet it is in force.
    if (arrived) close()
  }, [arrived])
  const submit = () =>
    apply.mutate(
      { text: draft.text, message, expected_version: draft.base, allow_lockout: insists },
      {
        onSuccess: ({ version, ended_passages: ended }) => {
          drop()
          toast(`Version ${version} is in force${ended === 0 ? '' : `; ${amountText(ended, 'passage')} ended`}`)
          onClose()
        },
      },
    )
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`Publish your draft of version ${draft.base}?`}
      lead="It is in force at once. Passages that it no longer allows end."
      keep="Keep editing"
      verb="Publish"
      doing="Publishing"
      busy={apply.isPending}
      error={apply.error}
      onSubmit={submit}
    >
      {diff.data !== undefined && <EffectsList diff={diff.data} />}
      <PublishSimulation text={draft.text} simulation={simulation} onShow={onShow} />
      <TextField label="Message, for the history" value={message} onChange={setMessage} autoFocus maxLength={500} />
      {locksOut && (
        <CheckBox
          checked={insists}
          onChange={setInsists}
          hint="Whoever is named here reaches no target then; this console stays open to them"
        >
          Publish it although it locks out
        </CheckBox>
      )}
    </FormDialog>
  )
}
