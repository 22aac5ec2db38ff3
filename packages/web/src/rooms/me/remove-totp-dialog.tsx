import { useState } from 'react'
import { ActDialog } from '../../parts/act-dialog.tsx'
import { EndOthersBox } from './end-others-box.tsx'

/** Takes the app's codes away. */
export function RemoveTotpDialog({ onClose }: { readonly onClose: () => void }) {
  const [endOthers, setEndOthers] = useState(true)
  return (
    <ActDialog
      act="me.totp-remove"
      input={{ end_others: endOthers }}
      title="Remove the one-time codes?"
      lead="What your app shows counts no more. Where ssh asks for a code, you cannot answer."
      verb="Remove codes"
      doing="Removing"
      keep="Keep them"
      said={() => 'One-time codes are removed.'}
      onClose={onClose}
    >
      <EndOthersBox checked={endOthers} onChange={setEndOthers} />
    </ActDialog>
  )
}
