import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { toast } from '../../ui/toast-list.ts'
import { amountText } from '../../words/amounts.ts'

interface EndOthersDialogProps {
  readonly count: number
  readonly onClose: () => void
}

/** Signs out everything but this browser. */
export function EndOthersDialog({ count, onClose }: EndOthersDialogProps) {
  const end = useAct('me.session-end')
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`Sign out ${amountText(count, 'other device')}?`}
      lead="This browser stays signed in. The others ask for your passkey again."
      verb="Sign out others"
      doing="Signing out"
      keep="Leave them"
      stop
      busy={end.isPending}
      error={end.error}
      onSubmit={() =>
        end.mutate(
          { session: 'others' },
          {
            onSuccess: ({ ended }) => {
              toast(`${amountText(ended, 'device')} signed out.`)
              onClose()
            },
          },
        )
      }
    />
  )
}
