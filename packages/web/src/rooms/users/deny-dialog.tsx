import type { PendingAccount } from '@sallyport/api'
import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { toast } from '../../ui/toast-list.ts'

interface DenyDialogProps {
  readonly pending: PendingAccount
  readonly onClose: () => void
}

/** Refuses somebody who waits. */
export function DenyDialog({ pending: { id, email }, onClose }: DenyDialogProps) {
  const deny = useAct('user.deny')
  return (
    <FormDialog
      open
      onClose={onClose}
      title={
        <span className="wrap-anywhere">
          Deny <span className="mono">{email}</span> an account?
        </span>
      }
      lead="They are told that an admin has decided so, each time they try. It holds for a year, or until you let them ask again."
      keep="Let them wait"
      verb="Deny"
      doing="Denying"
      stop
      busy={deny.isPending}
      error={deny.error}
      onSubmit={() =>
        deny.mutate(
          { pending: id },
          {
            onSuccess: () => {
              toast(`${email} is denied an account`)
              onClose()
            },
          },
        )
      }
    />
  )
}
