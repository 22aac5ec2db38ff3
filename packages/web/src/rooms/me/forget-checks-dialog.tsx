import type { RememberedCheck } from '@sallyport/api'
import { ActDialog } from '../../parts/act-dialog.tsx'
import { Mono } from '../../ui/mono.tsx'
import { amountText } from '../../words/amounts.ts'

interface ForgetChecksDialogProps {
  readonly which: RememberedCheck | 'all'
  /** How many there are. */
  readonly count: number
  readonly onClose: () => void
}

/** Has ssh ask again. */
export function ForgetChecksDialog({ which, count, onClose }: ForgetChecksDialogProps) {
  return (
    <ActDialog
      act="me.check-forget"
      input={{ check: which === 'all' ? 'all' : which.id }}
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
      said={({ forgotten }) => `${amountText(forgotten, 'check')} forgotten.`}
      onClose={onClose}
    />
  )
}
