import { useEffect, useEffectEvent, useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { LoadingState } from '../../ui/loading-state.tsx'
import { QrCode } from '../../ui/qr-code.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast-list.ts'

const CODE_DIGITS = 6

/** Shows the secret as a picture, and confirms it by its first code. */
export function AddTotpDialog({ onClose }: { readonly onClose: () => void }) {
  const begin = useAct('me.totp-begin', { asks: true })
  const confirm = useAct('me.totp-confirm')
  const [code, setCode] = useState('')
  const ask = useEffectEvent(() => begin.mutate({}))
  useEffect(() => ask(), [])
  const secret = begin.data
  const digits = code.replaceAll(/\D/g, '')
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Set up one-time codes"
      lead="Scan the picture with an authenticator app, then type the code it shows."
      verb="Confirm code"
      doing="Confirming"
      off={digits.length !== CODE_DIGITS || secret === undefined}
      busy={confirm.isPending}
      error={begin.error ?? confirm.error}
      onSubmit={() =>
        confirm.mutate(
          { code: digits },
          {
            onSuccess: () => {
              toast('Codes of your app count from now on.')
              onClose()
            },
          },
        )
      }
    >
      {secret === undefined ? (
        begin.error === null && <LoadingState />
      ) : (
        <>
          <QrCode text={secret.uri} label="QR code for the authenticator app; the secret stands below as text" />
          <CodeBlock text={secret.secret} copyLabel="Copy the secret" />
          <TextField
            label="Code from the app"
            value={code}
            onChange={setCode}
            inputMode="numeric"
            autoComplete="one-time-code"
            mono
            autoFocus
            hint="Six digits"
          />
        </>
      )}
    </FormDialog>
  )
}
