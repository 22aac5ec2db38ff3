import { ActDialog } from '../../parts/act-dialog.tsx'

/** Takes the app's codes away. */
export function RemoveTotpDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <ActDialog
      act="me.totp-remove"
      input={{}}
      title="Remove the one-time codes?"
      lead="What your app shows counts no more. Where ssh asks for a code, you cannot answer."
      verb="Remove codes"
      doing="Removing"
      keep="Keep them"
      said={() => 'One-time codes are removed.'}
      onClose={onClose}
    />
  )
}
