import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { PasswordFields, passwordOf, usePasswordFields } from '../../parts/password-fields.tsx'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/text-field.tsx'

interface PasswordFormProps {
  readonly onEntered: () => Promise<void>
  readonly onBack: () => void
}

/** Signs in with a password and, where one is set up, the code of an app; only where the gateway has it switched on. */
export default function PasswordForm({ onEntered, onBack }: PasswordFormProps) {
  const [user, setUser] = useState('')
  const typed = usePasswordFields()
  const enter = useAct('auth.password')
  const ready = user.trim() !== '' && typed.password !== ''
  const submit = () => {
    enter.mutate(
      { user: user.trim(), ...passwordOf(typed) },
      { onSuccess: () => void onEntered(), onError: typed.refused },
    )
  }
  return (
    <form
      className="mt-8 grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (ready && !enter.isPending) submit()
      }}
    >
      <TextField label="Your name here" value={user} onChange={setUser} autoComplete="username" mono autoFocus />
      <PasswordFields typed={typed} error={enter.error} />
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" type="submit" off={!ready} busy={enter.isPending ? 'Signing in' : undefined}>
          Sign in
        </Button>
        <Button onPress={onBack}>Back</Button>
      </div>
    </form>
  )
}
