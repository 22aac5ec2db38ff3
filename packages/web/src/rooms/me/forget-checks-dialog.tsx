import type { RememberedCheck } from '@sallyport/api'
import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Mono } from '../../ui/mono.tsx'
import { toast } from '../../ui/toast-list.ts'
import { amountText } from '../../words/amounts.ts'

interface ForgetChecksDialogProps {
  readonly which: RememberedCheck | 'all'
  /** How many there are. */
  readonly count: number
  readonly onClose: () => void
}

/** Has ssh ask again. */
export function ForgetChecksDialog({ which, count, onClose }: ForgetChecksDialogProps) {
  const forget = useAct('me.check-forget')
  return (
    <FormDialog
      open
      onClose={onClose}
      title={
        which === 'all' ? (
          `Forget ${amountText(count, 'check')}?`
        ) : (
          <>
            Forget the check for logins from <Mono>{which.source}</Mono>?
          </>
        )
      }
      lead="The next login is asked again. Connections that were let through because of it end now."
      verb="Forget"
      doing="Forgetting"
      keep="Keep it"
      stop
      busy={forget.isPending}
      error={forget.error}
      onSubmit={() =>
        forget.mutate(
          { check: which === 'all' ? 'all' : which.id },
          {
            onSuccess: ({ forgotten }) => {
              toast(`${amountText(forgotten, 'check')} forgotten.`)
              onClose()
            },
          },
        )
      }
    />
  )
}
