import type { Key } from '@sallyport/api'
import { ActDialog } from '../../parts/act-dialog.tsx'

interface RemoveOwnKeyDialogProps {
  readonly keyOf: Key
  readonly onClose: () => void
}

/** Takes a key of one's own away. */
export function RemoveOwnKeyDialog({ keyOf: { id, comment, fingerprint }, onClose }: RemoveOwnKeyDialogProps) {
  const name = comment === '' ? fingerprint : comment
  return (
    <ActDialog
      act="me.key-remove"
      input={{ key: id }}
      changes={['session.list', 'user.show', 'key.list']}
      title={<span className="wrap-anywhere">Remove {name}?</span>}
      lead="ssh knows you by it no more, and sessions that it opened end at once."
      verb="Remove key"
      doing="Removing"
      keep="Keep it"
      said={() => `${name} lets nobody in any more.`}
      onClose={onClose}
    />
  )
}
