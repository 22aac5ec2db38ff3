import { useState } from 'react'
import { CheckBox } from '../../ui/check-box.tsx'
import { Choice } from '../../ui/choice.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Select } from '../../ui/select.tsx'
import { TextAreaField } from '../../ui/text-area-field.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { KitPart } from './kit-part.tsx'

export function KitFields() {
  const [address, setAddress] = useState('10.20.4.11')
  const [port, setPort] = useState('70000')
  const [note, setNote] = useState('')
  const [search, setSearch] = useState('')
  const [kept, setKept] = useState(true)
  const [scope, setScope] = useState<'once' | 'hour'>('once')
  const [role, setRole] = useState<'member' | 'auditor'>('member')
  return (
    <KitPart title="Fields" rule="Label above, help under it, the error in the place of the help.">
      <div className="grid grid-cols-1 gap-4 mid:grid-cols-2">
        <TextField
          label="Address"
          value={address}
          onChange={setAddress}
          mono
          hint="Name or address as the gateway sees it"
        />
        <TextField label="Port" value={port} onChange={setPort} mono error="A port is 1 to 65535" />
        <Select
          label="Role"
          value={role}
          onChange={setRole}
          options={[
            { id: 'member', label: 'member', detail: 'goes where the policy lets them' },
            { id: 'auditor', label: 'auditor', detail: 'reads everything, changes nothing' },
          ]}
        />
        <TextAreaField label="Note" value={note} onChange={setNote} rows={2} placeholder="Why it is here" />
      </div>
      <SearchField label="Search parts" placeholder="Name, tag or address" value={search} onChange={setSearch} />
      <div className="grid grid-cols-1 gap-4 mid:grid-cols-2">
        <CheckBox checked={kept} onChange={setKept} hint="kept 400 days">
          Record sessions
        </CheckBox>
        <CheckBox checked={!kept} onChange={(checked) => setKept(!checked)} count="2 418">
          With a number
        </CheckBox>
        <Choice
          label="What to approve"
          hideLabel
          value={scope}
          onChange={setScope}
          options={[
            { id: 'once', label: 'This login only' },
            { id: 'hour', label: 'For 1 hour' },
          ]}
        />
      </div>
    </KitPart>
  )
}
