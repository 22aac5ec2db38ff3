import type { ApiError } from '@sallyport/api'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Failure } from './failure.tsx'

interface FormDialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: ReactNode
  readonly lead?: ReactNode
  readonly children?: ReactNode
  /** The verb: "End session". */
  readonly verb: string
  /** While it is done: "Ending". */
  readonly doing: string
  /** The harmless button: "Keep it". */
  readonly keep?: string
  /** Destroys something: the button is filled in madder. */
  readonly stop?: boolean
  /** There is nothing to type: the focus begins on the harmless button, as where there is nothing inside. */
  readonly untyped?: boolean
  /** What is typed is not enough yet. */
  readonly off?: boolean
  readonly busy: boolean
  readonly error: ApiError | null
  readonly onSubmit: () => void
}

/** A question with its fields and two buttons; what fails is said inside. */
export function FormDialog(props: FormDialogProps) {
  const { open, onClose, title, lead, children, verb, doing, keep = 'Cancel', stop, off, busy, error, onSubmit } = props
  const untyped = props.untyped === true || children === undefined
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      lead={lead}
      footer={
        <>
          <Button onPress={onClose} autoFocus={untyped}>
            {keep}
          </Button>
          <Button
            kind={stop === true ? 'stop-fill' : 'primary'}
            busy={busy ? doing : undefined}
            off={off === true}
            onPress={onSubmit}
          >
            {verb}
          </Button>
        </>
      }
    >
      {children === undefined && error === null ? undefined : (
        <form
          className="grid grid-cols-1 gap-3.5"
          onSubmit={(event) => {
            event.preventDefault()
            if (off !== true && !busy) onSubmit()
          }}
        >
          {children}
          {error !== null && <Failure error={error} />}
          {/* So that Enter in a field sends the form, whose button stands in the footer. */}
          <input type="submit" hidden />
        </form>
      )}
    </Dialog>
  )
}
