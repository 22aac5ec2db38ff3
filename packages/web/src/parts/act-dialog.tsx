import type { CallRouteName, RouteInput, RouteName, RouteOutput } from '@sallyport/api'
import type { ReactNode } from 'react'
import { useAct } from '../api/use-act.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import { toast } from '../ui/toast-list.ts'

/** What is said before the last way in is to be taken away. */
export const LAST_WAY_IN = 'It is your last way in. The gateway keeps it until you have another one.'

interface ActDialogProps<Name extends CallRouteName> {
  readonly act: Name
  readonly input: RouteInput<Name>
  /** Questions besides those of the same noun whose answers it changes. */
  readonly changes?: readonly RouteName[]
  readonly title: ReactNode
  readonly lead: string
  /** What else can be chosen. */
  readonly children?: ReactNode
  /** "Remove key"; and while it is done: "Removing". */
  readonly verb: string
  readonly doing: string
  /** The harmless button. */
  readonly keep: string
  /** What is said when it is done. */
  readonly said: (output: RouteOutput<Name>) => string
  readonly onClose: () => void
  /** Instead of closing, when it is done. */
  readonly onDone?: () => void
}

/** Asks before something is taken away, takes it away, and says so. */
export function ActDialog<Name extends CallRouteName>(props: ActDialogProps<Name>) {
  const { act, input, changes = [], title, lead, children, verb, doing, keep, said, onClose, onDone = onClose } = props
  const acting = useAct(act, {
    changes,
    done(output) {
      toast(said(output))
      onDone()
    },
  })
  return (
    <FormDialog
      open
      onClose={onClose}
      title={title}
      lead={lead}
      verb={verb}
      doing={doing}
      keep={keep}
      stop
      untyped
      busy={acting.isPending}
      error={acting.error}
      onSubmit={() => acting.mutate(input)}
    >
      {children}
    </FormDialog>
  )
}
