import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { toast } from '../../ui/toast-list.ts'

/** Takes the app's codes away. */
export function RemoveTotpDialog({ onClose }: { readonly onClose: () => void }) {
  const remove = useAct('me.totp-remove')
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Remove the one-time codes?"
      lead="What your app shows counts no more. Where ssh asks for a code, you cannot answer."
      verb="Remove codes"
      doing="Removing"
      keep="Keep them"
      stop
      busy={remove.isPending}
      error={remove.error}
      onSubmit={() =>
        remove.mutate(
          {},
          {
            onSuccess: () => {
              toast('One-time codes are removed.')
              onClose()
            },
          },
        )
      }
    />
  )
}
