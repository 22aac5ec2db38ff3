import type { ReactNode } from 'react'
import { Label } from 'react-aria-components/Label'
import { TextArea } from 'react-aria-components/TextArea'
import { TextField as AriaTextField } from 'react-aria-components/TextField'
import { cx } from './cx.ts'
import { BOX, FIELD, INPUT, LABEL } from './field-look.ts'
import { FieldNotes } from './field-notes.tsx'

interface TextAreaFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly rows?: number
  readonly hint?: ReactNode
  readonly error?: string | undefined
  readonly mono?: boolean
  readonly autoFocus?: boolean
  readonly placeholder?: string
}

/** Several lines to type or paste into. */
export function TextAreaField(props: TextAreaFieldProps) {
  const { label, value, onChange, rows = 3, hint, error, mono, autoFocus, placeholder } = props
  return (
    <AriaTextField
      className={FIELD}
      value={value}
      onChange={onChange}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      {...(autoFocus === true ? { autoFocus } : {})}
    >
      <Label className={LABEL}>{label}</Label>
      <span className={cx(BOX, 'py-1.5')}>
        <TextArea
          className={cx(INPUT, 'resize-y', mono === true && 'font-mono text-xs leading-5')}
          rows={rows}
          spellCheck={mono === true ? false : undefined}
          {...(placeholder === undefined ? {} : { placeholder })}
        />
      </span>
      <FieldNotes hint={hint} error={error} />
    </AriaTextField>
  )
}
