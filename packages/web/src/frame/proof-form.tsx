import { ApiError } from '@sallyport/api'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { signInWithPasskey } from '../api/sign-in-with-passkey.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import type { ProofFormProps } from './proof-dialog.tsx'

/** Asks for the passkey once more. */
export default function ProofForm({ onDone }: ProofFormProps) {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const prove = async () => {
    setBusy(true)
    setError(null)
    try {
      client.setQueryData(['auth.state', {}], await signInWithPasskey())
      onDone(true)
    } catch (failure) {
      setError(failure instanceof ApiError ? failure : null)
      setBusy(false)
    }
  }
  return (
    <FormDialog
      open
      onClose={() => onDone(false)}
      title="Is it still you?"
      lead="You proved yourself too long ago for this. Your passkey is asked for once more, then it is done."
      verb="Use passkey"
      doing="Waiting for your passkey"
      keep="Leave it"
      busy={busy}
      error={error}
      onSubmit={() => void prove()}
    />
  )
}
