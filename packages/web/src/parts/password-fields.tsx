import type { ApiError } from '@sallyport/api'
import { useState } from 'react'
import { Failure } from '../ui/failure.tsx'
import { TextField } from '../ui/text-field.tsx'

/** A password and a one-time code as they are being typed. */
export interface PasswordTyped {
  readonly password: string
  readonly code: string
  readonly setPassword: (text: string) => void
  readonly setCode: (text: string) => void
  /** Clears what cannot be right a second time. */
  readonly refused: (error: ApiError) => void
}

export function usePasswordFields(): PasswordTyped {
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  // Whether or not it was the code that was wrong: it may be used up.
  const refused = () => setCode('')
  return { password, code, setPassword, setCode, refused }
}

/** What is sent of it. */
export function passwordOf({ password, code }: PasswordTyped): { readonly password: string; readonly code?: string } {
  const trimmed = code.replaceAll(/\s/g, '')
  return trimmed === '' ? { password } : { password, code: trimmed }
}

interface PasswordFieldsProps {
  readonly typed: PasswordTyped
  readonly error: ApiError | null
  readonly autoFocus?: boolean
  /** False: this person has no app that makes codes. */
  readonly code?: boolean
}

/** Fields for them; what is wrong is said where it can be put right. */
export function PasswordFields({ typed, error, autoFocus, code = true }: PasswordFieldsProps) {
  const needed = error?.reason === 'code.needed'
  return (
    <>
      <TextField
        label="Password"
        value={typed.password}
        onChange={typed.setPassword}
        type="password"
        autoComplete="current-password"
        {...(autoFocus === true ? { autoFocus } : {})}
      />
      {code && (
        <TextField
          // Anew, so that it takes the focus when it turns out to be needed.
          key={needed ? 'needed' : 'code'}
          label="One-time code"
          value={typed.code}
          onChange={typed.setCode}
          autoComplete="one-time-code"
          inputMode="numeric"
          mono
          {...(needed ? { autoFocus: true } : {})}
          error={
            needed && typed.code === '' ? 'The password is right; the code of your app is needed as well' : undefined
          }
          hint="Where your app makes them; leave it empty otherwise"
        />
      )}
      {error !== null && !needed && <Failure error={error} />}
    </>
  )
}
