import { useRef, useState } from 'react'
import { Button } from 'react-aria-components/Button'
import { BOX, INPUT } from '../../ui/field-look.ts'
import { KeyCap } from '../../ui/key-cap.tsx'
import { Mark } from '../../ui/mark.tsx'
import { useSingleKey } from '../../ui/single-key.ts'
import { useNow } from '../../ui/use-now.ts'
import { readQuery, tokensOf, valueText } from './audit-query.ts'
import type { AuditSearch } from './audit-search.ts'

interface QueryBarProps {
  readonly search: AuditSearch
  readonly onChange: (change: Partial<AuditSearch>) => void
}

/** Filters as words; Enter makes what is typed one of them. */
export function QueryBar({ search, onChange }: QueryBarProps) {
  const [typed, setTyped] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const tokens = tokensOf(search)
  const now = useNow()
  useSingleKey('/', () => input.current?.focus())
  return (
    <form
      role="search"
      className={`${BOX} flex-1 basis-full flex-wrap py-1 wide:basis-auto`}
      onSubmit={(event) => {
        event.preventDefault()
        onChange(readQuery(typed))
        setTyped('')
      }}
    >
      <Mark name="search" size="sm" className="text-ink-3" />
      {tokens.map(({ field, value }) => (
        <span
          key={field}
          className="mono inline-flex h-[22px] max-w-full items-center gap-1 rounded-chip bg-sunk pl-[7px] text-xs shadow-[inset_0_0_0_1px_var(--rule-2)]"
        >
          <span className="cut" title={value}>
            <span className="text-ink-3">{field}:</span>
            {valueText(field, value, now)}
          </span>
          <Button
            aria-label={`Take ${field}:${value} away`}
            className="grid size-6 place-items-center rounded-chip text-ink-3 data-hovered:text-ink"
            onPress={() => onChange({ [field]: undefined })}
          >
            <Mark name="cross" size="sm" />
          </Button>
        </span>
      ))}
      <input
        ref={input}
        type="search"
        aria-label="Query"
        placeholder="actor: target: type: outcome: source: after: before: or any word"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          const last = tokens.at(-1)
          if (event.key === 'Backspace' && typed === '' && last !== undefined) onChange({ [last.field]: undefined })
        }}
        className={`${INPUT} basis-32 focus-visible:outline-none!`}
      />
      <KeyCap>/</KeyCap>
    </form>
  )
}
