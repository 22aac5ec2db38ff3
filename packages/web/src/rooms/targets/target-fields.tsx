import { TextAreaField } from '../../ui/text-area-field.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { portFault, type TargetForm } from './targets-view.ts'

interface TargetFieldsProps {
  readonly form: TargetForm
  readonly onChange: (form: TargetForm) => void
  /** Where the first field is not above these. */
  readonly autoFocus?: boolean
}

/** What can be said of a target but its name. */
export function TargetFields({ form, onChange, autoFocus = false }: TargetFieldsProps) {
  const set = (field: keyof TargetForm) => (value: string) => onChange({ ...form, [field]: value })
  return (
    <>
      <div className="grid grid-cols-[minmax(0,1fr)_6rem] gap-4">
        <TextField
          label="Address"
          value={form.address}
          onChange={set('address')}
          mono
          autoFocus={autoFocus}
          hint="IP address or DNS name, as the gateway sees it"
        />
        <TextField label="Port" value={form.port} onChange={set('port')} mono inputMode="numeric" check={portFault} />
      </div>
      <TextField label="Tags" value={form.tags} onChange={set('tags')} mono hint="What rules name: prod db" />
      <TextAreaField
        label="Host keys, where you know them"
        value={form.hostKey}
        onChange={set('hostKey')}
        mono
        rows={2}
        hint="One a line, as in known_hosts behind the name"
      />
    </>
  )
}
