import type { Me } from '@sallyport/api'
import { useState } from 'react'
import { useCall } from '../../api/use-call.ts'
import { Section } from '../../frame/section.tsx'
import { Button } from '../../ui/button.tsx'
import { RemovePasswordDialog } from './remove-password-dialog.tsx'
import { SetPasswordDialog } from './set-password-dialog.tsx'
import { waysIn } from './ways-in.ts'

/** A password, where the gateway takes them; one that is left from when it did can be removed. */
export function PasswordSection({ me }: { readonly me: Me }) {
  const { data } = useCall('auth.state')
  const [asking, setAsking] = useState<'set' | 'remove'>()
  const close = () => setAsking(undefined)
  const on = data?.methods.password === true
  if (!on && !me.password) return null
  return (
    <Section
      title="Password"
      lead={leadOf(on, me)}
      acts={
        <>
          {on && (
            <Button {...(me.password ? {} : { mark: 'plus' as const })} onPress={() => setAsking('set')}>
              {me.password ? 'Change…' : 'Set password'}
            </Button>
          )}
          {me.password && (
            <Button kind="stop" mark="end" label="Remove the password…" onPress={() => setAsking('remove')}>
              Remove…
            </Button>
          )}
        </>
      }
    >
      {asking === 'set' && <SetPasswordDialog user={me.user} change={me.password} onClose={close} />}
      {asking === 'remove' && <RemovePasswordDialog last={on && waysIn(me, data?.methods) === 1} onClose={close} />}
    </Section>
  )
}

function leadOf(on: boolean, { password, totp }: Me): string {
  if (!on) return 'Passwords are switched off here: yours signs nobody in.'
  if (!password) return 'Not set. It signs you in where you have no passkey at hand, which is safer and quicker.'
  return totp
    ? 'It signs you in together with a code of your app.'
    : 'It signs you in alone. Set up one-time codes, and it takes one of them as well.'
}
