import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/choice.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Select } from '../../ui/select.tsx'
import { TextField } from '../../ui/text-field.tsx'

const DAY_S = 86_400
const LIVES = [
  { id: String(DAY_S), label: '1 day' },
  { id: String(7 * DAY_S), label: '7 days' },
  { id: String(30 * DAY_S), label: '30 days' },
  { id: String(90 * DAY_S), label: '90 days' },
  { id: String(365 * DAY_S), label: '1 year' },
] as const

type Scope = 'read' | '*' | 'some'

/** Makes a token and shows it, once. */
export function AddTokenDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('')
  const [scope, setScope] = useState<Scope>('read')
  const [nouns, setNouns] = useState('')
  const [seconds, setSeconds] = useState<string>(LIVES[2].id)
  const make = useAct('me.token-add', { changes: ['me.show'] })
  const scopes = scope === 'some' ? nouns.split(/[\s,]+/).filter((each) => each !== '') : [scope]
  if (make.data !== undefined) {
    return (
      <Dialog
        open
        firm
        onClose={onClose}
        title={`Token for ${make.data.name}`}
        lead="It is shown now and never again. Whoever has it acts in your name."
        footer={
          <Button kind="primary" onPress={onClose}>
            I have saved it
          </Button>
        }
      >
        <CodeBlock text={make.data.token} copyLabel="Copy the token" />
      </Dialog>
    )
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Make an API token"
      lead="It may never change how you sign in, whatever else it may."
      verb="Make token"
      doing="Making"
      off={name.trim() === '' || scopes.length === 0}
      busy={make.isPending}
      error={make.error}
      onSubmit={() => make.mutate({ name: name.trim(), scopes, seconds: Number(seconds) })}
    >
      <TextField
        label="What it is for"
        value={name}
        onChange={setName}
        maxLength={64}
        autoFocus
        hint="e.g. nightly inventory"
      />
      <Choice<Scope>
        label="It may"
        value={scope}
        onChange={setScope}
        options={[
          { id: 'read', label: 'Read what you may read' },
          { id: '*', label: 'Do everything you may' },
          { id: 'some', label: 'Only certain things' },
        ]}
      />
      {scope === 'some' && (
        <TextField
          label="Scopes"
          value={nouns}
          onChange={setNouns}
          mono
          hint="Nouns of the API with a space between, e.g. policy:read target session"
        />
      )}
      <Select label="It expires after" options={LIVES} value={seconds} onChange={setSeconds} />
    </FormDialog>
  )
}
