import type { Identity } from '@sallyport/api'
import { ActDialog, LAST_WAY_IN } from '../../parts/act-dialog.tsx'

interface UnlinkIdentityDialogProps {
  readonly identity: Identity
  /** What people call the provider. */
  readonly title: string
  /** The gateway keeps the last way in; the dialog says so before it is asked. */
  readonly last: boolean
  readonly onClose: () => void
}

/** Takes an identity off one's own account. */
export function UnlinkIdentityDialog({ identity, title, last, onClose }: UnlinkIdentityDialogProps) {
  const { issuer, subject, groups } = identity
  const ends = groups.length === 0 ? '' : ' What stands on its groups ends.'
  return (
    <ActDialog
      act="me.identity-unlink"
      input={{ issuer, subject }}
      changes={['session.list', 'user.show']}
      title={<span className="wrap-anywhere">Unlink {title}?</span>}
      lead={
        last
          ? LAST_WAY_IN
          : `You no longer sign in with it, and where you are signed in with it elsewhere, you are signed out.${ends}`
      }
      verb="Unlink"
      doing="Unlinking"
      keep="Keep it"
      said={() => `${title} signs you in no more.`}
      onClose={onClose}
    />
  )
}
