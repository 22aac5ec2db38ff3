import type { PendingAccount } from '@sallyport/api'
import { ActDialog } from '../../parts/act-dialog.tsx'

interface DenyDialogProps {
  readonly pending: PendingAccount
  readonly onClose: () => void
}

/** Refuses somebody who waits. */
export function DenyDialog({ pending: { id, email }, onClose }: DenyDialogProps) {
  return (
    <ActDialog
      act="user.deny"
      input={{ pending: id }}
      title={
        <span className="wrap-anywhere">
          Deny <span className="mono">{email}</span> an account?
        </span>
      }
      lead="They are told that an admin has decided so, each time they try. It holds for a year, or until you let them ask again."
      verb="Deny"
      doing="Denying"
      keep="Let them wait"
      said={() => `${email} is denied an account`}
      onClose={onClose}
    />
  )
}
