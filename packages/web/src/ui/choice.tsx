import type { ReactNode } from 'react'
import { Label } from 'react-aria-components/Label'
import { Radio, RadioGroup } from 'react-aria-components/RadioGroup'
import { cx } from './cx.ts'
import { LABEL } from './field-look.ts'

export interface ChoiceOption<Id extends string> {
  readonly id: Id
  readonly label: ReactNode
  readonly hint?: ReactNode
}

interface ChoiceProps<Id extends string> {
  readonly label: string
  /** The page says by itself what is chosen. */
  readonly hideLabel?: boolean
  readonly options: readonly ChoiceOption<Id>[]
  readonly value: Id
  readonly onChange: (id: Id) => void
}

const DOT =
  'mt-0.5 size-4 flex-none rounded-full border border-edge bg-surface group-data-selected:border-[5px] group-data-selected:border-accent-fill ' +
  'group-data-focus-visible:outline-(length:--focus-width) group-data-focus-visible:outline-offset-2 group-data-focus-visible:outline-focus'

/** One of a few, all of them seen. */
export function Choice<Id extends string>({ label, hideLabel, options, value, onChange }: ChoiceProps<Id>) {
  return (
    <RadioGroup value={value} onChange={(id) => onChange(id as Id)} className="grid gap-1.5">
      <Label className={cx(LABEL, hideLabel === true && 'sr-only')}>{label}</Label>
      {options.map(({ id, label: text, hint }) => (
        <Radio key={id} value={id} className="group flex min-h-target items-start gap-2 outline-none!">
          <span className={DOT} />
          <span>
            {text}
            {hint !== undefined && <span className="block text-ink-3">{hint}</span>}
          </span>
        </Radio>
      ))}
    </RadioGroup>
  )
}
