import { useState } from 'react'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { VIEW_NAME_MAX } from './saved-views.ts'

interface SaveViewDialogProps {
  readonly query: string
  /** Names in use. */
  readonly taken: readonly string[]
  readonly onClose: () => void
  readonly onSave: (name: string) => void
}

/** Gives the query in force a name. */
export function SaveViewDialog({ query, taken, onClose, onSave }: SaveViewDialogProps) {
  const [typed, setTyped] = useState('')
  const name = typed.trim()
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Save this view?"
      lead={<span className="mono wrap-anywhere">{query}</span>}
      verb="Save view"
      doing="Saving"
      off={name === ''}
      busy={false}
      error={null}
      onSubmit={() => onSave(name)}
    >
      <TextField
        label="Name"
        value={typed}
        onChange={setTyped}
        autoFocus
        maxLength={VIEW_NAME_MAX}
        hint={
          taken.includes(name)
            ? 'You have a view of this name: it is replaced'
            : 'Kept in this browser, for you alone. To share it, send the address of the page'
        }
      />
    </FormDialog>
  )
}
