import type { Key } from '@sallyport/api'
import { ActDialog } from '../../parts/act-dialog.tsx'

interface RemoveKeyDialogProps {
  readonly keyOf: Key
  readonly onClose: () => void
}

/** Takes a key from somebody. */
export function RemoveKeyDialog({ keyOf: { id, user, fingerprint, comment }, onClose }: RemoveKeyDialogProps) {
  const name = comment === '' ? fingerprint : `“${comment}”`
  return (
    <ActDialog
      act="key.remove"
      input={{ key: id }}
      changes={['user.show', 'user.list', 'session.list']}
      title={
        <>
          Remove the key {name} of <span className="mono">{user}</span>?
        </>
      }
      lead="It proves them no more, and sessions that it opened end."
      verb="Remove key"
      doing="Removing"
      keep="Keep it"
      said={() => `The key ${name} of ${user} was removed`}
      onClose={onClose}
    />
  )
}
