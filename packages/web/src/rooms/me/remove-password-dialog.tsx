import { ActDialog, LAST_WAY_IN } from '../../parts/act-dialog.tsx'

interface RemovePasswordDialogProps {
  /** The gateway keeps the last way in; the dialog says so before it is asked. */
  readonly last: boolean
  readonly onClose: () => void
}

/** Takes the password away. */
export function RemovePasswordDialog({ last, onClose }: RemovePasswordDialogProps) {
  return (
    <ActDialog
      act="me.password-remove"
      input={{}}
      title="Remove your password?"
      lead={last ? LAST_WAY_IN : 'It signs you in no more. Where you are signed in with it now, you stay signed in.'}
      verb="Remove password"
      doing="Removing"
      keep="Keep it"
      said={() => 'Your password is removed.'}
      onClose={onClose}
    />
  )
}
