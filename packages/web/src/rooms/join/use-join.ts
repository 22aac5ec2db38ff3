import { ApiError, type Link, type LinkFinished } from '@sallyport/api'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/api.ts'
import { makePasskey } from '../../api/passkeys.ts'
import { callOptions } from '../../api/use-call.ts'
import { usualPasskeyName } from '../../words/usual-passkey-name.ts'
import type { JoinStep } from './step.ts'

/** The steps of a one-time link, and what has been entered so far. */
export function useJoin(token: string, link: Link) {
  const client = useQueryClient()
  const [step, setStep] = useState<JoinStep>('name')
  const [displayName, setDisplayName] = useState(link.display_name)
  const [passkeyName, setPasskeyName] = useState(usualPasskeyName)
  const [finished, setFinished] = useState<LinkFinished>()
  const [saved, setSaved] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()

  const make = async () => {
    setBusy(true)
    setError(undefined)
    try {
      const named = { display_name: displayName.trim() }
      const { ceremony, options } = await api.call('link.begin', { token, ...named })
      const response = await makePasskey(options)
      const passkey = { ceremony, response, passkey_name: passkeyName.trim() }
      setFinished(await api.call('link.finish', { token, ...passkey, ...named }))
      setStep('codes')
      await client.invalidateQueries({ queryKey: callOptions('auth.state').queryKey })
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  return {
    step,
    setStep,
    displayName,
    setDisplayName,
    passkeyName,
    setPasskeyName,
    finished,
    saved,
    setSaved,
    busy,
    error,
    make,
  }
}
