import type { Passkey } from '@sallyport/api'
import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextField } from '../../ui/text-field.tsx'

interface RenamePasskeyDialogProps {
  readonly passkey: Passkey
  readonly onClose: () => void
}

/** Gives a passkey another name. */
export function RenamePasskeyDialog({ passkey, onClose }: RenamePasskeyDialogProps) {
  const [name, setName] = useState(passkey.name)
  const rename = useAct('me.passkey-rename')
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`Rename ${passkey.name}`}
      verb="Rename"
      doing="Renaming"
      off={name.trim() === ''}
      busy={rename.isPending}
      error={rename.error}
      onSubmit={() => rename.mutate({ passkey: passkey.id, name: name.trim() }, { onSuccess: onClose })}
    >
      <TextField label="Name" value={name} onChange={setName} maxLength={64} autoFocus />
    </FormDialog>
  )
}
