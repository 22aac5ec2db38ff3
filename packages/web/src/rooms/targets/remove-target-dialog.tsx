import type { Target } from '@sallyport/api'
import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { toast } from '../../ui/toast-list.ts'

interface RemoveTargetDialogProps {
  readonly target: Target
  readonly onClose: () => void
  readonly onRemoved: () => void
}

export function RemoveTargetDialog({ target, onClose, onRemoved }: RemoveTargetDialogProps) {
  const remove = useAct('target.remove', { changes: ['me.targets', 'session.list'] })
  const submit = () =>
    remove.mutate(
      { target: target.id },
      {
        onSuccess: () => {
          toast(`${target.name} was removed`)
          onRemoved()
        },
      },
    )
  return (
    <FormDialog
      open
      onClose={onClose}
      title={
        <>
          Remove <span className="mono">{target.name}</span>?
        </>
      }
      lead="Its name leads nowhere any more, and passages that it alone allowed end. The server itself stays as it is."
      keep="Keep it"
      verb="Remove target"
      doing="Removing"
      stop
      busy={remove.isPending}
      error={remove.error}
      onSubmit={submit}
    />
  )
}
