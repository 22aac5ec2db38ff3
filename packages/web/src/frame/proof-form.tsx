import { ApiError } from '@sallyport/api'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { signInWithPasskey } from '../api/sign-in-with-passkey.ts'
import { useCall } from '../api/use-call.ts'
import { useSignedIn } from '../api/use-signed-in.ts'
import { PasswordFields, passwordOf, usePasswordFields } from '../parts/password-fields.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { TextButton } from '../ui/text-button.tsx'
import type { ProofFormProps } from './proof-dialog.tsx'

/** Asks for a new proof: the passkey, or whatever else this person has. */
export default function ProofForm({ onDone, what }: ProofFormProps) {
  const client = useQueryClient()
  const { user } = useSignedIn()
  const me = useCall('me.show')
  const { data: state } = useCall('auth.state')
  const typed = usePasswordFields()
  const [chosen, setChosen] = useState<'passkey' | 'password'>()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)

  const hasPasskey = me.data === undefined || me.data.passkeys.length > 0
  const hasPassword = me.data?.password === true && state?.methods.password === true
  const providers = (state?.methods.providers ?? []).filter(({ name }) =>
    me.data?.identities.some(({ provider }) => provider === name),
  )
  const way = chosen ?? (hasPasskey || !hasPassword ? 'passkey' : 'password')
  const prove = async () => {
    setBusy(true)
    setError(null)
    try {
      if (way === 'passkey') await signInWithPasskey()
      else await api.call('auth.password', { user, ...passwordOf(typed) })
      const now = await api.call('auth.state')
      // Somebody else's passkey signs in somebody else: what is on the page is not theirs.
      if (now.signed_in?.user !== user) return location.reload()
      client.setQueryData(['auth.state', {}], now)
      onDone(true)
    } catch (failure) {
      const known = failure instanceof ApiError ? failure : null
      if (known !== null) typed.refused(known)
      setError(known)
      setBusy(false)
    }
  }
  const choose = (next: 'passkey' | 'password') => {
    setError(null)
    setChosen(next)
  }
  const others = (
    <p className="flex flex-wrap gap-x-4 gap-y-2">
      {way === 'passkey' && hasPassword && <TextButton onPress={() => choose('password')}>Use the password</TextButton>}
      {way === 'password' && hasPasskey && <TextButton onPress={() => choose('passkey')}>Use a passkey</TextButton>}
      {providers.map(({ name, title }) => (
        <TextButton key={name} onPress={() => location.assign(provingAt(name))}>
          Go to {title} for it
        </TextButton>
      ))}
    </p>
  )
  const hasOthers = hasPassword || providers.length > 0
  return (
    <FormDialog
      key={way}
      open
      onClose={() => onDone(false)}
      title="Is it still you?"
      lead={`${what === 'stay' ? 'The time of this sign-in is nearly up.' : 'You proved yourself too long ago for this.'} ${NEXT[way]}, then ${what === 'stay' ? 'you stay signed in' : 'it is done'}.`}
      verb={way === 'passkey' ? 'Use passkey' : 'Use password'}
      doing={way === 'passkey' ? 'Waiting for your passkey' : 'Proving'}
      keep="Leave it"
      off={way === 'passkey' ? !hasPasskey : typed.password === ''}
      busy={busy}
      error={way === 'passkey' ? error : null}
      onSubmit={() => void prove()}
    >
      {way === 'password' ? (
        <>
          <input type="text" autoComplete="username" value={user} readOnly hidden />
          <PasswordFields typed={typed} error={error} code={me.data?.totp !== false} autoFocus />
          {others}
        </>
      ) : hasOthers ? (
        others
      ) : undefined}
    </FormDialog>
  )
}

const NEXT = {
  passkey: 'Your passkey is asked for once more',
  password: 'Your password is asked for once more',
} as const

/** To the provider, which has to ask them anew, and back to this page. */
function provingAt(provider: string): string {
  const next = `${location.pathname}${location.search}`
  return `/auth/oidc/${encodeURIComponent(provider)}/start?${new URLSearchParams({ fresh: '1', next }).toString()}`
}
