import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { toast } from '../../ui/toast-list.ts'

interface RemovePasswordDialogProps {
  /** The gateway keeps the last way in; the dialog says so before it is asked. */
  readonly last: boolean
  readonly onClose: () => void
}

/** Takes the password away. */
export function RemovePasswordDialog({ last, onClose }: RemovePasswordDialogProps) {
  const remove = useAct('me.password-remove')
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Remove your password?"
      lead={
        last
          ? 'It is your last way in. The gateway keeps it until you have another one.'
          : 'It signs you in no more. Where you are signed in with it now, you stay signed in.'
      }
      verb="Remove password"
      doing="Removing"
      keep="Keep it"
      stop
      busy={remove.isPending}
      error={remove.error}
      onSubmit={() =>
        remove.mutate(
          {},
          {
            onSuccess: () => {
              toast('Your password is removed.')
              onClose()
            },
          },
        )
      }
    />
  )
}
