import { ApiError } from '@sallyport/api'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/api.ts'
import { withFreshProof } from '../../api/fresh-proof.ts'
import { makePasskey } from '../../api/passkeys.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast-list.ts'
import { usualPasskeyName } from '../../words/usual-passkey-name.ts'

/** Makes one more passkey, on this device or another. */
export function AddPasskeyDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState(usualPasskeyName)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const add = async () => {
    setBusy(true)
    setError(null)
    try {
      const { ceremony, options } = await withFreshProof(() => api.call('me.passkey-begin'))
      const response = await makePasskey(options)
      await api.call('me.passkey-add', { ceremony, response, name: name.trim() })
      await client.invalidateQueries({ queryKey: ['me.show'] })
      toast(`${name.trim()} signs you in from now on.`)
      onClose()
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure
      setError(failure)
      setBusy(false)
    }
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Add a passkey"
      lead="Your phone, your computer or a security key. Your browser asks which one."
      verb="Make passkey"
      doing="Waiting for your device"
      off={name.trim() === ''}
      busy={busy}
      error={error}
      onSubmit={() => void add()}
    >
      <TextField
        label="Name of this passkey"
        value={name}
        onChange={setName}
        maxLength={64}
        autoFocus
        hint="To know it again in a list, e.g. YubiKey 5C"
      />
    </FormDialog>
  )
}
