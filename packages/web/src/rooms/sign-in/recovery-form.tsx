import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { CheckBox } from '../../ui/check-box.tsx'
import { Failure } from '../../ui/failure.tsx'
import { TextField } from '../../ui/text-field.tsx'

interface RecoveryFormProps {
  readonly onEntered: () => Promise<void>
  readonly onBack: () => void
}

/** Signs in with one of the codes that were saved when the first passkey was made. */
export default function RecoveryForm({ onEntered, onBack }: RecoveryFormProps) {
  const [user, setUser] = useState('')
  const [code, setCode] = useState('')
  const [endOthers, setEndOthers] = useState(true)
  const enter = useAct('auth.recovery-code')
  const ready = user.trim() !== '' && code.trim() !== ''
  return (
    <form
      className="mt-8 grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (ready)
          enter.mutate(
            { user: user.trim(), code: code.trim(), end_others: endOthers },
            { onSuccess: () => void onEntered() },
          )
      }}
    >
      <TextField label="Your name here" value={user} onChange={setUser} autoComplete="username" mono autoFocus />
      <TextField
        label="Recovery code"
        value={code}
        onChange={setCode}
        autoComplete="one-time-code"
        mono
        hint="One of the ten you saved. It counts once, then it is used up."
      />
      <CheckBox checked={endOthers} onChange={setEndOthers} hint="Whoever has what you lost is out with them.">
        Sign out my other browsers and commands
      </CheckBox>
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
