import { NOTE_MAX, type Session } from '@sallyport/api'
import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast-list.ts'
import { runningText } from '../../words/times.ts'
import { whereTo } from './sessions-view.ts'

interface EndSessionDialogProps {
  readonly session: Session
  readonly now: Date
  readonly onClose: () => void
}

/** Ends a session and tells the person why. */
export function EndSessionDialog({ session, now, onClose }: EndSessionDialogProps) {
  const [reason, setReason] = useState('')
  const end = useAct('session.kill', { changes: ['daemon.status'] })
  const where = whereTo(session)
  const submit = () =>
    end.mutate(
      { session: session.id, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) },
      {
        onSuccess: () => {
          toast(
            <>
              Session on <span className="mono">{where}</span> ended. {session.user} was told why.
            </>,
          )
          onClose()
        },
      },
    )
  return (
    <FormDialog
      open
      onClose={onClose}
      title={
        <>
          End {session.user}’s session on <span className="mono">{where}</span>?
        </>
      }
      lead={`It has run ${runningText(now.getTime() - Date.parse(session.started_at))}. What runs in the foreground there gets a hang-up.`}
      keep="Keep it"
      verb="End session"
      doing="Ending"
      stop
      busy={end.isPending}
      error={end.error}
      onSubmit={submit}
    >
      <TextField
        label={`Reason, shown to ${session.user}`}
        value={reason}
        onChange={setReason}
        maxLength={NOTE_MAX}
        autoFocus
      />
    </FormDialog>
  )
}
