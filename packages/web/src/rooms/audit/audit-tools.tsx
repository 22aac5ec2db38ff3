import { Select } from '../../ui/select.tsx'
import type { AuditSearch } from './audit-search.ts'
import { QueryBar } from './query-bar.tsx'
import { SavedMenu } from './saved-menu.tsx'

interface AuditToolsProps {
  readonly search: AuditSearch
  readonly onChange: (change: Partial<AuditSearch>) => void
}

const TIMES = [
  ['any', 'any'],
  ['1h', 'last hour'],
  ['today', 'today'],
  ['7d', 'last 7 days'],
  ['30d', 'last 30 days'],
] as const

/** The query bar, the time, and queries by name. */
export function AuditTools({ search, onChange }: AuditToolsProps) {
  const { after = 'any', before } = search
  const named = before === undefined && TIMES.some(([id]) => id === after)
  const options = TIMES.map(([id, label]) => ({ id: id as string, label }))
  return (
    <>
      <QueryBar search={search} onChange={onChange} />
      <Select
        look="chip"
        label="Time"
        value={named ? after : 'chosen'}
        options={named ? options : [...options, { id: 'chosen', label: 'as chosen' }]}
        onChange={(id) => {
          if (id !== 'chosen') onChange({ after: id === 'any' ? undefined : id, before: undefined })
        }}
      />
      <SavedMenu search={search} onChange={onChange} />
    </>
  )
}
