import { type ReactNode, useState } from 'react'
import { Input } from 'react-aria-components/Input'
import { Label } from 'react-aria-components/Label'
import { TextField as AriaTextField } from 'react-aria-components/TextField'
import { cx } from './cx.ts'
import { BOX, FIELD, INPUT, LABEL } from './field-look.ts'
import { FieldNotes } from './field-notes.tsx'

export interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: ReactNode
  /** What is wrong, in a short sentence without a stop. Given from outside it shows at once. */
  readonly error?: string | undefined
  /** Looks at the value when the field is left, and from then on as it is typed. */
  readonly check?: (value: string) => string | undefined
  /** A machine's fact. */
  readonly mono?: boolean
  readonly placeholder?: string
  readonly type?: 'text' | 'password' | 'email'
  readonly autoComplete?: string
  readonly autoFocus?: boolean
  readonly inputMode?: 'numeric' | 'text'
  readonly maxLength?: number
  readonly name?: string
  readonly readOnly?: boolean
}

/** A line to type into: label above, help under it, what is wrong in the place of the help. */
export function TextField(props: TextFieldProps) {
  const { label, value, onChange, hint, check, mono, placeholder, autoFocus, inputMode } = props
  const [left, setLeft] = useState(false)
  const error = props.error ?? (left ? check?.(value) : undefined)
  return (
    <AriaTextField
      className={FIELD}
      value={value}
      onChange={onChange}
      onBlur={() => setLeft(left || value !== '')}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      type={props.type ?? 'text'}
      {...(props.name === undefined ? {} : { name: props.name })}
      {...(props.maxLength === undefined ? {} : { maxLength: props.maxLength })}
      {...(props.autoComplete === undefined ? {} : { autoComplete: props.autoComplete })}
      {...(autoFocus === true ? { autoFocus } : {})}
      {...(inputMode === undefined ? {} : { inputMode })}
      {...(props.readOnly === true ? { isReadOnly: true } : {})}
    >
      <Label className={LABEL}>{label}</Label>
      <span className={cx(BOX, mono === true && 'font-mono')}>
        <Input
          className={cx(INPUT, mono === true && 'text-xs')}
          spellCheck={mono === true || props.type === 'password' ? false : undefined}
          {...(placeholder === undefined ? {} : { placeholder })}
        />
      </span>
      <FieldNotes hint={hint} error={error} />
    </AriaTextField>
  )
}
