import type { Key } from '@sallyport/api'
import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { toast } from '../../ui/toast-list.ts'

interface RemoveOwnKeyDialogProps {
  readonly keyOf: Key
  readonly onClose: () => void
}

/** Takes a key of one's own away. */
export function RemoveOwnKeyDialog({ keyOf: { id, comment, fingerprint }, onClose }: RemoveOwnKeyDialogProps) {
  const remove = useAct('me.key-remove', { changes: ['session.list', 'user.show', 'key.list'] })
  const name = comment === '' ? fingerprint : comment
  return (
    <FormDialog
      open
      onClose={onClose}
      title={<span className="wrap-anywhere">Remove {name}?</span>}
      lead="ssh knows you by it no more, and sessions that it opened end at once."
      verb="Remove key"
      doing="Removing"
      keep="Keep it"
      stop
      busy={remove.isPending}
      error={remove.error}
      onSubmit={() =>
        remove.mutate(
          { key: id },
          {
            onSuccess: () => {
              toast(`${name} lets nobody in any more.`)
              onClose()
            },
          },
        )
      }
    />
  )
}
