import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { StepFoot } from './step-foot.tsx'
import { StepHead } from './step-head.tsx'

interface NameStepProps {
  readonly user: string
  readonly displayName: string
  readonly onChange: (displayName: string) => void
  readonly onNext: () => void
}

/** What the person is called, by others and in the audit log. */
export function NameStep({ user, displayName, onChange, onNext }: NameStepProps) {
  return (
    <form
      className="flex flex-1 flex-col"
      onSubmit={(event) => {
        event.preventDefault()
        onNext()
      }}
    >
      <StepHead title="Your name">Others read it beside your sessions, your changes and your requests.</StepHead>
      <div className="grid max-w-96 gap-4">
        <TextField
          label="Name people know you by"
          value={displayName}
          onChange={onChange}
          autoComplete="name"
          maxLength={128}
          hint="First and last name, usually"
        />
        <TextField
          label="Login name"
          value={user}
          onChange={() => {}}
          mono
          readOnly
          hint="What the policy and ssh know you by"
        />
      </div>
      <StepFoot>
        <Button kind="primary" type="submit">
          Go on to the passkey
        </Button>
      </StepFoot>
    </form>
  )
}
