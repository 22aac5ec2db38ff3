import { RecoveryCodes } from '../../parts/recovery-codes.tsx'
import { Button } from '../../ui/button.tsx'
import { StepFoot } from './step-foot.tsx'
import { StepHead } from './step-head.tsx'

interface CodesStepProps {
  readonly gateway: string
  readonly user: string
  readonly codes: readonly string[]
  readonly saved: boolean
  readonly onSaved: (saved: boolean) => void
  readonly onNext: () => void
}

/** Shows the recovery codes, which have to be saved. */
export function CodesStep({ gateway, user, codes, saved, onSaved, onNext }: CodesStepProps) {
  return (
    <div className="flex flex-1 flex-col">
      <StepHead title="Recovery codes">
        If you lose every passkey, one of these lets you in, once. They are shown now and never again.
      </StepHead>
      <RecoveryCodes gateway={gateway} user={user} codes={codes} saved={saved} onSaved={onSaved} />
      <StepFoot>
        {!saved && (
          <span id="why-off" className="text-ink-3">
            Tick that you saved them, then go on.
          </span>
        )}
        <Button kind="primary" off={!saved} onPress={onNext} {...(saved ? {} : { describedBy: 'why-off' })}>
          Finish
        </Button>
      </StepFoot>
    </div>
  )
}
