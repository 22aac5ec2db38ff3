import { ActDialog } from '../../parts/act-dialog.tsx'
import { amountText } from '../../words/amounts.ts'

interface EndOthersDialogProps {
  readonly count: number
  readonly onClose: () => void
}

/** Signs out everything but this browser. */
export function EndOthersDialog({ count, onClose }: EndOthersDialogProps) {
  return (
    <ActDialog
      act="me.session-end"
      input={{ session: 'others' }}
      title={`Sign out ${amountText(count, 'other device')}?`}
      lead="This browser stays signed in. The others ask for your passkey again."
      verb="Sign out others"
      doing="Signing out"
      keep="Leave them"
      said={({ ended }) => `${amountText(ended, 'device')} signed out.`}
      onClose={onClose}
    />
  )
}
