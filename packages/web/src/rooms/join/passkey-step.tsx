import type { ApiError } from '@sallyport/api'
import { knowsPasskeys } from '../../api/passkeys.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Failure } from '../../ui/failure.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { StepFoot } from './step-foot.tsx'
import { StepHead } from './step-head.tsx'

interface PasskeyStepProps {
  readonly name: string
  readonly onName: (name: string) => void
  readonly busy: boolean
  readonly error: ApiError | undefined
  readonly onBack: () => void
  readonly onMake: () => void
}

/** Makes the passkey, which uses the link up. */
export function PasskeyStep({ name, onName, busy, error, onBack, onMake }: PasskeyStepProps) {
  const ready = name.trim() !== ''
  return (
    <form
      className="flex flex-1 flex-col"
      onSubmit={(event) => {
        event.preventDefault()
        if (ready && !busy) onMake()
      }}
    >
      <StepHead title="Passkey">
        Your phone, your computer or a security key proves that it is you, by a fingerprint, your face or a PIN. Nothing
        to remember, and nothing that another site could ask you for.
      </StepHead>
      <div className="grid max-w-96 gap-4">
        <TextField
          label="Name of this passkey"
          value={name}
          onChange={onName}
          maxLength={64}
          hint="To know it again in a list, e.g. YubiKey 5C"
          error={ready ? undefined : 'A passkey needs a name'}
        />
        {!knowsPasskeys() && (
          <Banner tone="caution">This browser does not know passkeys. Open the link in another one.</Banner>
        )}
        {error !== undefined && <Failure error={error} />}
      </div>
      <StepFoot back={<Button onPress={onBack}>Back</Button>}>
        <Button
          kind="primary"
          type="submit"
          mark="key"
          off={!ready}
          busy={busy ? 'Waiting for your device' : undefined}
        >
          Make passkey
        </Button>
      </StepFoot>
    </form>
  )
}
