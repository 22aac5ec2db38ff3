import type { NewLink } from '@sallyport/api'
import type { Role } from '@sallyport/model'
import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Select } from '../../ui/select.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { LinkDialog } from './link-dialog.tsx'
import { ROLE_OPTIONS } from './role-options.ts'

/** Adds somebody and makes the link with which they come in. */
export function AddUserDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('')
  const [displayName, setDisplayName] = useState('')
  const [role, setRole] = useState<Role>('member')
  const [link, setLink] = useState<NewLink>()
  const add = useAct('user.add')
  const invite = useAct('user.invite')
  const submit = async () => {
    // Where only the link failed, there is nobody to add a second time.
    if (!add.isSuccess) await add.mutateAsync({ name, display_name: displayName, role })
    setLink(await invite.mutateAsync({ user: name }))
  }
  if (link !== undefined) return <LinkDialog link={link} onClose={onClose} />
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Add a person"
      lead="They get a link with which they register a passkey. It works once, for a day."
      verb="Add and make link"
      doing="Adding"
      off={name.trim() === ''}
      busy={add.isPending || invite.isPending}
      error={add.error ?? invite.error}
      onSubmit={() => void submit().catch(() => {})}
    >
      <TextField
        label="Login"
        value={name}
        onChange={setName}
        mono
        autoFocus
        hint="Lower case, as the policy names them: alice or alice@example.com"
      />
      <TextField label="Name" value={displayName} onChange={setDisplayName} hint="How the others know them" />
      <Select label="Role" value={role} options={ROLE_OPTIONS} onChange={setRole} />
    </FormDialog>
  )
}
