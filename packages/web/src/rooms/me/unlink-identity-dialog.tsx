import type { Identity } from '@sallyport/api'
import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { toast } from '../../ui/toast-list.ts'

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
  const unlink = useAct('me.identity-unlink', { changes: ['session.list', 'user.show'] })
  const ends = groups.length === 0 ? '' : ' What stands on its groups ends.'
  return (
    <FormDialog
      open
      onClose={onClose}
      title={<span className="wrap-anywhere">Unlink {title}?</span>}
      lead={
        last
          ? 'It is your last way in. The gateway keeps it until you have another one.'
          : `You no longer sign in with it, and where you are signed in with it elsewhere, you are signed out.${ends}`
      }
      verb="Unlink"
      doing="Unlinking"
      keep="Keep it"
      stop
      busy={unlink.isPending}
      error={unlink.error}
      onSubmit={() =>
        unlink.mutate(
          { issuer, subject },
          {
            onSuccess: () => {
              toast(`${title} signs you in no more.`)
              onClose()
            },
          },
        )
      }
    />
  )
}
