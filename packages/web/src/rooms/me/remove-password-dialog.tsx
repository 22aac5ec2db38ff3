import { useState } from 'react'
import { ActDialog, LAST_WAY_IN } from '../../parts/act-dialog.tsx'
import { EndOthersBox } from './end-others-box.tsx'

interface RemovePasswordDialogProps {
  /** The gateway keeps the last way in; the dialog says so before it is asked. */
  readonly last: boolean
  readonly onClose: () => void
}

/** Takes the password away. */
export function RemovePasswordDialog({ last, onClose }: RemovePasswordDialogProps) {
  const [endOthers, setEndOthers] = useState(true)
  return (
    <ActDialog
      act="me.password-remove"
      input={{ end_others: endOthers }}
      title="Remove your password?"
      lead={last ? LAST_WAY_IN : 'It signs you in no more. This browser stays signed in.'}
      verb="Remove password"
      doing="Removing"
      keep="Keep it"
      said={() => 'Your password is removed.'}
      onClose={onClose}
    >
      <EndOthersBox checked={endOthers} onChange={setEndOthers} />
    </ActDialog>
  )
}
