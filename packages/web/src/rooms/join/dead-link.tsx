import type { ApiError } from '@sallyport/api'
import { paths } from '../../paths.ts'
import { ButtonLink } from '../../ui/button-link.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Void } from '../../ui/void.tsx'
import { sentence } from '../../words/sentence.ts'
import { JoinFrame } from './join-frame.tsx'

interface DeadLinkProps {
  readonly title: string
  readonly error: ApiError
  readonly onRetry: () => void
}

/** A link that works no more: used, too old, or replaced by a newer one. Or nobody could say whether it does. */
export function DeadLink({ title, error, onRetry }: DeadLinkProps) {
  return (
    <JoinFrame title={title}>
      {error.reason === 'link.unknown' ? (
        <Void
          mark="deny"
          alert
          title="This link does not work any more"
          acts={<ButtonLink to={paths.signIn}>Go to the sign-in page</ButtonLink>}
        >
          <p>{sentence(error.why ?? error.message)}</p>
          {error.fix !== undefined && <p>{sentence(error.fix)}</p>}
        </Void>
      ) : (
        <ErrorState title="The link could not be looked at" error={error} onRetry={onRetry} />
      )}
    </JoinFrame>
  )
}
