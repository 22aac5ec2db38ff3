import { PASSWORD_MIN } from '@sallyport/api'
import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Meter } from '../../ui/meter.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast-list.ts'
import { EndOthersBox } from './end-others-box.tsx'

interface SetPasswordDialogProps {
  readonly user: string
  /** There is one, which counts no more then. */
  readonly change: boolean
  readonly onClose: () => void
}

/** Sets a password or changes it. How long it is shows at once; what else is wrong with it the gateway says. */
export function SetPasswordDialog({ user, change, onClose }: SetPasswordDialogProps) {
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [endOthers, setEndOthers] = useState(true)
  const set = useAct('me.password-set')
  const length = Array.from(password).length
  const weak = set.error?.reason === 'password.weak'
  const typed = (text: string) => {
    // What was said was about the one before.
    if (weak) set.reset()
    setPassword(text)
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={change ? 'Change your password' : 'Set a password'}
      lead={
        change
          ? 'The one before counts no more. This browser stays signed in.'
          : 'A sentence is easy to keep and hard to guess.'
      }
      verb={change ? 'Change password' : 'Set password'}
      doing="Setting"
      off={length < PASSWORD_MIN || again !== password}
      busy={set.isPending}
      error={weak ? null : set.error}
      onSubmit={() =>
        set.mutate(
          { password, end_others: endOthers },
          {
            onSuccess: () => {
              toast(change ? 'The new password counts from now on.' : 'Your password signs you in from now on.')
              onClose()
            },
          },
        )
      }
    >
      <input type="text" autoComplete="username" value={user} readOnly hidden />
      <div className="grid gap-1.5">
        <TextField
          label="New password"
          value={password}
          onChange={typed}
          type="password"
          autoComplete="new-password"
          autoFocus
          error={weak ? `Not this one: ${set.error?.why ?? ''}` : undefined}
        />
        <Meter
          label="Length of the password"
          value={Math.min(length, PASSWORD_MIN)}
          max={PASSWORD_MIN}
          text={lengthText(length)}
        />
        <p aria-hidden className="text-xs text-ink-3">
          {lengthText(length)}
        </p>
      </div>
      <TextField
        label="Once more"
        value={again}
        onChange={setAgain}
        type="password"
        autoComplete="new-password"
        check={(value) => (value === password ? undefined : 'This is not the same')}
      />
      {change && <EndOthersBox checked={endOthers} onChange={setEndOthers} />}
    </FormDialog>
  )
}

function lengthText(length: number): string {
  return length < PASSWORD_MIN ? `${length} of at least ${PASSWORD_MIN} characters` : `${length} characters`
}
