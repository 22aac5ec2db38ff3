import type { ApiError, Passkey } from '@sallyport/api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
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
  const add = useMutation<Passkey, ApiError, string>({
    mutationFn: async (called) => {
      const { ceremony, options } = await withFreshProof(() => api.call('me.passkey-begin'))
      const response = await makePasskey(options)
      return api.call('me.passkey-add', { ceremony, response, name: called })
    },
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ['me.show'] })
      toast(`${made.name} signs you in from now on.`)
      onClose()
    },
  })
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Add a passkey"
      lead="Your phone, your computer or a security key. Your browser asks which one."
      verb="Make passkey"
      doing="Waiting for your device"
      off={name.trim() === ''}
      busy={add.isPending}
      error={add.error}
      onSubmit={() => add.mutate(name.trim())}
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
