import type { ApiError, Approval } from '@sallyport/api'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Mono } from '../../ui/mono.tsx'

interface ReportDialogProps {
  readonly approval: Approval
  readonly busy: boolean
  readonly error: ApiError | null
  readonly onClose: () => void
  readonly onSubmit: () => void
}

/** Asks once more: it makes an address wait. */
export function ReportDialog({ approval, busy, error, onClose, onSubmit }: ReportDialogProps) {
  const { source } = approval
  return (
    <FormDialog
      open
      onClose={onClose}
      title={
        <>
          You did not ask for the login from <Mono>{source}</Mono>?
        </>
      }
      lead="It is denied, with everything else of yours that waits from there. Logins from that network cannot ask you for an hour, nothing remembered of it counts any more, and the audit log has the key and the client."
      verb="Deny and report"
      doing="Denying"
      keep="Go back"
      stop
      busy={busy}
      error={error}
      onSubmit={onSubmit}
    />
  )
}
