import type { AuditValueCounts } from '@sallyport/api'
import { useState } from 'react'
import { CheckBox } from '../../ui/check-box.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { countText } from '../../words/amounts.ts'
import { type AuditSearch, filterOf, type ListField, valuesOf } from './audit-search.ts'

interface AuditFacetProps {
  readonly title: string
  readonly field: ListField
  readonly values: AuditValueCounts
  readonly search: AuditSearch
  readonly onChange: (change: Partial<AuditSearch>) => void
  readonly mono?: boolean
}

/** Values shown before somebody asks for more. */
const SHOWN = 5

/** One column of the log: its most frequent values in what the rest of the query finds; several may be chosen. */
export function AuditFacet({ title, field, values: { values, more }, search, onChange, mono }: AuditFacetProps) {
  const [all, setAll] = useState(false)
  const chosen = valuesOf(search[field])
  const absent = chosen.filter((each) => !values.some(({ value }) => value === each))
  const shown = all ? values : values.filter(({ value }, index) => index < SHOWN || chosen.includes(value))
  if (values.length === 0 && absent.length === 0) return null
  const choose = (value: string, checked: boolean) => {
    // Of a type its beginning may be chosen; a whole one narrows it down.
    const others = chosen.filter((each) => each !== value && !(checked && field === 'type' && value.startsWith(each)))
    onChange({ [field]: filterOf(checked ? [...others, value] : others) })
  }
  const box = (value: string, count?: number) => (
    <CheckBox
      key={value}
      checked={chosen.includes(value)}
      onChange={(checked) => choose(value, checked)}
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
      {absent.map((value) => box(value))}
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
