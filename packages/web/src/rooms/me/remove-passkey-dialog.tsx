import type { Passkey } from '@sallyport/api'
import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { toast } from '../../ui/toast-list.ts'

interface RemovePasskeyDialogProps {
  readonly passkey: Passkey
  /** The gateway keeps the last way in; the dialog says so before it is asked. */
  readonly last: boolean
  readonly onClose: () => void
}

/** Takes a passkey away. */
export function RemovePasskeyDialog({ passkey, last, onClose }: RemovePasskeyDialogProps) {
  const remove = useAct('me.passkey-remove')
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`Remove ${passkey.name}?`}
      lead={
        last
          ? 'It is your last way in. The gateway keeps it until you have another one.'
          : 'It signs you in no more. Where you are signed in with it now, you stay signed in.'
      }
      verb="Remove passkey"
      doing="Removing"
      keep="Keep it"
      stop
      busy={remove.isPending}
      error={remove.error}
      onSubmit={() =>
        remove.mutate(
          { passkey: passkey.id },
          {
            onSuccess: () => {
              toast(`${passkey.name} signs you in no more.`)
              onClose()
            },
          },
        )
      }
    />
  )
}
