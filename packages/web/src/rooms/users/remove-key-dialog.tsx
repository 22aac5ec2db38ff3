import type { Key } from '@sallyport/api'
import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'

interface RemoveKeyDialogProps {
  readonly keyOf: Key
  readonly onClose: () => void
}

export function RemoveKeyDialog({ keyOf: { id, user, fingerprint, comment }, onClose }: RemoveKeyDialogProps) {
  const remove = useAct('key.remove', { changes: ['user.show', 'user.list', 'session.list'] })
  return (
    <FormDialog
      open
      onClose={onClose}
      title={
        <>
          Remove the key {comment === '' ? fingerprint : `“${comment}”`} of <span className="mono">{user}</span>?
        </>
      }
      lead="It proves them no more, and sessions that it opened end."
      keep="Keep it"
      verb="Remove key"
      doing="Removing"
      stop
      busy={remove.isPending}
      error={remove.error}
      onSubmit={() => remove.mutate({ key: id }, { onSuccess: onClose })}
    />
  )
}
