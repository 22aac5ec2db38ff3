import type { ReactNode } from 'react'
import { FieldError } from 'react-aria-components/FieldError'
import { Text } from 'react-aria-components/Text'
import { ERROR, HINT } from './field-look.ts'
import { Mark } from './mark.tsx'

export interface FieldNotesProps {
  readonly hint?: ReactNode
  readonly error?: string | undefined
}

/** Under a field: what helps, or in its place what is wrong. */
export function FieldNotes({ hint, error }: FieldNotesProps) {
  if (error !== undefined) {
    return (
      <FieldError className={ERROR}>
        <Mark name="error" size="sm" className="mt-px" />
        <span>{error}</span>
      </FieldError>
    )
  }
  return hint === undefined ? null : (
    <Text slot="description" className={HINT}>
      {hint}
    </Text>
  )
}
