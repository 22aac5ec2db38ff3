import type { AuditValueCounts } from '@sallyport/api'
import { useState } from 'react'
import { CheckBox } from '../../ui/check-box.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { countText } from '../../words/amounts.ts'
import type { AuditField, AuditSearch } from './audit-search.ts'

interface AuditFacetProps {
  readonly title: string
  readonly field: AuditField
  readonly values: AuditValueCounts
  readonly search: AuditSearch
  readonly onChange: (change: Partial<AuditSearch>) => void
  readonly mono?: boolean
}

/** Values shown before somebody asks for more. */
const SHOWN = 5

/** One column of the log: its most frequent values in what the query finds. */
export function AuditFacet({ title, field, values: { values, more }, search, onChange, mono }: AuditFacetProps) {
  const [all, setAll] = useState(false)
  const chosen = search[field]
  const absent = chosen !== undefined && !values.some(({ value }) => value === chosen)
  const shown = all ? values : values.slice(0, SHOWN)
  if (values.length === 0 && !absent) return null
  const box = (value: string, count?: number) => (
    <CheckBox
      key={value}
      checked={value === chosen}
      onChange={(checked) => onChange({ [field]: checked ? value : undefined })}
      count={count === undefined ? undefined : countText(count)}
    >
      <span className={`cut block ${mono === true ? 'mono text-xs leading-5' : ''}`} title={value}>
        {value}
      </span>
    </CheckBox>
  )
  return (
    <section aria-label={title} className="min-w-0">
      <h2 className="pb-0.5 text-xs font-text text-ink-3">{title}</h2>
      {absent && box(chosen)}
      {shown.map(({ value, count }) => box(value, count))}
      {values.length > shown.length && (
        <TextButton onPress={() => setAll(true)}>{`${countText(values.length - shown.length + more)} more`}</TextButton>
      )}
      {values.length === shown.length && more > 0 && (
        <p className="text-xs text-ink-3">and {countText(more)} rarer ones</p>
      )}
    </section>
  )
}
