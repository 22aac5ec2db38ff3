import { paths } from '../../paths.ts'
import { Banner } from '../../ui/banner.tsx'
import { ButtonLink } from '../../ui/button-link.tsx'
import { StepFoot } from './step-foot.tsx'
import { StepHead } from './step-head.tsx'

interface DoneStepProps {
  readonly gateway: string
  readonly admin: boolean
}

/** In: what was made, and what is wise to do next. */
export function DoneStep({ gateway, admin }: DoneStepProps) {
  return (
    <div className="flex flex-1 flex-col">
      <StepHead title="You are signed in">
        {admin
          ? `${gateway} knows you now. Next it wants a target, a server you already log in to, and a policy that says who may go there.`
          : `${gateway} knows you now. Your passkey lets you in from here on.`}
      </StepHead>
      <div className="max-w-[36rem]">
        <Banner tone="caution">
          You have one passkey. Lose it, and only a recovery code lets you back in. Add a second one on the page of your
          passkeys.
        </Banner>
      </div>
      <StepFoot>
        {admin && <ButtonLink to={paths.me}>Add a second passkey</ButtonLink>}
        {admin ? (
          <ButtonLink to={paths.targets} kind="primary">
            Add a target
          </ButtonLink>
        ) : (
          <ButtonLink to={paths.me} kind="primary">
            Go on to your passkeys
          </ButtonLink>
        )}
      </StepFoot>
    </div>
  )
}
