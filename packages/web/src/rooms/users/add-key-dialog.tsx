import type { UserDetail } from '@sallyport/api'
import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextAreaField } from '../../ui/text-area-field.tsx'

interface AddKeyDialogProps {
  readonly user: UserDetail
  readonly onClose: () => void
}

export function AddKeyDialog({ user, onClose }: AddKeyDialogProps) {
  const [line, setLine] = useState('')
  const add = useAct('key.add', { changes: ['user.show', 'user.list'] })
  return (
    <FormDialog
      open
      onClose={onClose}
      title={
        <>
          Add a key of <span className="mono">{user.name}</span>
        </>
      }
      lead="Whoever holds the private half gets in as this person."
      verb="Add key"
      doing="Adding"
      off={line.trim() === ''}
      busy={add.isPending}
      error={add.error}
      onSubmit={() => add.mutate({ user: user.id, public_key: line.trim() }, { onSuccess: onClose })}
    >
      <TextAreaField
        label="Public key"
        value={line}
        onChange={setLine}
        mono
        autoFocus
        hint="One line of a .pub file: ssh-ed25519 AAAA… comment"
      />
    </FormDialog>
  )
}
