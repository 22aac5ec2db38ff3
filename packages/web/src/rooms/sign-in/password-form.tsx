import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { Failure } from '../../ui/failure.tsx'
import { TextField } from '../../ui/text-field.tsx'

interface PasswordFormProps {
  readonly onEntered: () => Promise<void>
  readonly onBack: () => void
}

/** Signs in with a password and, where one is set up, the code of an app; only where the gateway has it switched on. */
export default function PasswordForm({ onEntered, onBack }: PasswordFormProps) {
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const enter = useAct('auth.password')
  const ready = user.trim() !== '' && password !== ''
  const submit = () => {
    const typed = code.trim() === '' ? {} : { code: code.trim() }
    enter.mutate({ user: user.trim(), password, ...typed }, { onSuccess: () => void onEntered() })
  }
  return (
    <form
      className="mt-8 grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) submit()
      }}
    >
      <TextField label="Your name here" value={user} onChange={setUser} autoComplete="username" mono autoFocus />
      <TextField
        label="Password"
        value={password}
        onChange={setPassword}
        type="password"
        autoComplete="current-password"
      />
      <TextField
        label="One-time code"
        value={code}
        onChange={setCode}
        autoComplete="one-time-code"
        inputMode="numeric"
        mono
        hint="Where your app makes them; leave it empty otherwise"
      />
      {enter.error !== null && <Failure error={enter.error} />}
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" type="submit" off={!ready} busy={enter.isPending ? 'Signing in' : undefined}>
          Sign in
        </Button>
        <Button onPress={onBack}>Back</Button>
      </div>
    </form>
  )
}
