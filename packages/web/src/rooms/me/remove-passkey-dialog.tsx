import type { Passkey } from '@sallyport/api'
import { useState } from 'react'
import { ActDialog, LAST_WAY_IN } from '../../parts/act-dialog.tsx'
import { EndOthersBox } from './end-others-box.tsx'

interface RemovePasskeyDialogProps {
  readonly passkey: Passkey
  /** The gateway keeps the last way in; the dialog says so before it is asked. */
  readonly last: boolean
  readonly onClose: () => void
}

/** Takes a passkey away. */
export function RemovePasskeyDialog({ passkey, last, onClose }: RemovePasskeyDialogProps) {
  const [endOthers, setEndOthers] = useState(true)
  return (
    <ActDialog
      act="me.passkey-remove"
      input={{ passkey: passkey.id, end_others: endOthers }}
      title={`Remove ${passkey.name}?`}
      lead={last ? LAST_WAY_IN : 'It signs you in no more. This browser stays signed in.'}
      verb="Remove passkey"
      doing="Removing"
      keep="Keep it"
      said={() => `${passkey.name} signs you in no more.`}
      onClose={onClose}
    >
      <EndOthersBox checked={endOthers} onChange={setEndOthers} />
    </ActDialog>
  )
}
