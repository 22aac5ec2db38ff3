import { useRef } from 'react'
import { Button } from 'react-aria-components/Button'
import { Input } from 'react-aria-components/Input'
import { SearchField as AriaSearchField } from 'react-aria-components/SearchField'
import { BOX, INPUT } from './field-look.ts'
import { KeyCap } from './key-cap.tsx'
import { Mark } from './mark.tsx'
import { useSingleKey } from './single-key.ts'

interface SearchFieldProps {
  /** "Search targets" */
  readonly label: string
  /** What may be typed: "Name, tag or address". */
  readonly placeholder: string
  readonly value: string
  readonly onChange: (value: string) => void
}

/** The page's search; "/" goes there. */
export function SearchField({ label, placeholder, value, onChange }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null)
  useSingleKey('/', () => input.current?.focus())
  return (
    <AriaSearchField aria-label={label} value={value} onChange={onChange} className="w-full wide:w-[22rem]">
      <span className={BOX}>
        <Mark name="search" size="sm" className="text-ink-3" />
        <Input
          ref={input}
          placeholder={placeholder}
          className={`${INPUT} [&::-webkit-search-cancel-button]:hidden`}
          spellCheck={false}
        />
        {value === '' ? (
          <KeyCap>/</KeyCap>
        ) : (
          <Button className="grid size-6 place-items-center rounded-control text-ink-3 data-hovered:text-ink">
            <Mark name="cross" size="sm" />
          </Button>
        )}
      </span>
    </AriaSearchField>
  )
}
