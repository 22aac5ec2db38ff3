import type { Target } from '@sallyport/api'
import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TargetFields } from './target-fields.tsx'
import { changeFrom, formOf, portFault } from './targets-view.ts'

interface EditTargetDialogProps {
  readonly target: Target
  readonly onClose: () => void
}

/** Changes where a target is, its tags and its host keys. Its name stays: people and certificates go by it. */
export function EditTargetDialog({ target, onClose }: EditTargetDialogProps) {
  // As it was when the form was filled: the page behind may learn meanwhile what somebody else changed.
  const [shown] = useState(target)
  const [form, setForm] = useState(() => formOf(shown))
  const update = useAct('target.update', { changes: ['me.targets', 'session.list'] })
  const change = changeFrom(shown, form)
  return (
    <FormDialog
      open
      onClose={onClose}
      title={
        <>
          Change <span className="mono">{target.name}</span>
        </>
      }
      lead="Passages that the change no longer allows end. Enrol it again where its address or host key is another one."
      verb="Change target"
      doing="Changing"
      off={Object.keys(change).length === 0 || form.address.trim() === '' || portFault(form.port) !== undefined}
      busy={update.isPending}
      error={update.error}
      onSubmit={() => update.mutate({ target: target.id, ...change }, { onSuccess: onClose })}
    >
      <TargetFields form={form} onChange={setForm} autoFocus />
    </FormDialog>
  )
}
