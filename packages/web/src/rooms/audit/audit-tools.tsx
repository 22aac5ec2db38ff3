import { Select } from '../../ui/select.tsx'
import { type AuditSearch } from './audit-search.ts'
import { QueryBar } from './query-bar.tsx'

interface AuditToolsProps {
  readonly search: AuditSearch
  readonly onChange: (change: Partial<AuditSearch>) => void
}

/** Kinds of events by what their names begin with. */
const KINDS = [
  ['any', 'any'],
  ['access', 'access decisions'],
  ['passage', 'passages'],
  ['authentication', 'SSH sign-ins'],
  ['sign', 'console sign-ins'],
  ['session', 'sessions that ended'],
  ['policy', 'policy'],
  ['user', 'people'],
  ['key', 'keys'],
  ['certificate', 'certificates'],
  ['target', 'targets'],
  ['ban', 'bans'],
] as const
const TIMES = [
  ['any', 'any'],
  ['1h', 'last hour'],
  ['today', 'today'],
  ['7d', 'last 7 days'],
  ['30d', 'last 30 days'],
] as const

/** The query bar, and the two filters that are used most. */
export function AuditTools({ search, onChange }: AuditToolsProps) {
  return (
    <>
      <QueryBar search={search} onChange={onChange} />
      <Chip label="Event" options={KINDS} value={search.type} onChange={(type) => onChange({ type })} />
      <Chip label="Time" options={TIMES} value={search.after} onChange={(after) => onChange({ after })} />
    </>
  )
}

interface ChipProps {
  readonly label: string
  readonly options: readonly (readonly [id: string, label: string])[]
  readonly value: string | undefined
  readonly onChange: (value: string | undefined) => void
}

function Chip({ label, options, value = 'any', onChange }: ChipProps) {
  const known = options.some(([id]) => id === value)
  const all = known ? options : [...options, [value, value] as const]
  return (
    <Select
      look="chip"
      label={label}
      value={value}
      options={all.map(([id, text]) => ({ id, label: text }))}
      onChange={(id) => onChange(id === 'any' ? undefined : id)}
    />
  )
}
