import type { PendingAccount } from '@sallyport/api'
import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast-list.ts'

interface ApproveDialogProps {
  readonly pending: PendingAccount
  /** What people call the provider. */
  readonly provider: string
  readonly onClose: () => void
}

/** Gives somebody who waits an account. */
export function ApproveDialog({ pending: { id, email }, provider, onClose }: ApproveDialogProps) {
  const [name, setName] = useState(email)
  const approve = useAct('user.approve', {
    done(added) {
      toast(`${added.name} may sign in with ${provider} now`)
      onClose()
    },
  })
  return (
    <FormDialog
      open
      onClose={onClose}
      title={
        <span className="wrap-anywhere">
          Let <span className="mono">{email}</span> in?
        </span>
      }
      lead={`They become a member, linked to who they are at ${provider}: the next time they sign in there, they are in.`}
      verb="Approve"
      doing="Approving"
      off={name.trim() === ''}
      busy={approve.isPending}
      error={approve.error}
      onSubmit={() => approve.mutate({ pending: id, name: name.trim() })}
    >
      <TextField
        label="Login"
        value={name}
        onChange={setName}
        mono
        autoFocus
        hint="Lower case, as the policy names them: alice or alice@example.com"
      />
    </FormDialog>
  )
}
