import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { paths } from '../../paths.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { TargetFields } from './target-fields.tsx'
import { portFault, type TargetForm, targetFrom } from './targets-view.ts'

const BLANK: TargetForm = { name: '', address: '', port: '22', tags: '', hostKey: '' }

/** Adds a server to the inventory; its page says how it comes to believe certificates. */
export function AddTargetDialog({ onClose }: { readonly onClose: () => void }) {
  const [form, setForm] = useState(BLANK)
  const navigate = useNavigate()
  const add = useAct('target.add', { changes: ['me.targets', 'daemon.status'] })
  const submit = () =>
    add.mutate(targetFrom(form), {
      onSuccess: ({ name }) => {
        onClose()
        void navigate({ to: paths.target, params: { target: name } } as never)
      },
    })
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Add a target"
      lead="Nothing is installed on it, and who may go there stands in the policy."
      verb="Add target"
      doing="Adding"
      off={form.name.trim() === '' || form.address.trim() === '' || portFault(form.port) !== undefined}
      busy={add.isPending}
      error={add.error}
      onSubmit={submit}
    >
      <TextField
        label="Name"
        value={form.name}
        onChange={(name) => setForm({ ...form, name })}
        mono
        autoFocus
        hint="What people type: db-1"
      />
      <TargetFields form={form} onChange={setForm} />
    </FormDialog>
  )
}
