import type { ApiError } from '@sallyport/api'
import { paths } from '../../paths.ts'
import { ButtonLink } from '../../ui/button-link.tsx'
import { Void } from '../../ui/void.tsx'
import { sentence } from '../../words/sentence.ts'
import { JoinFrame } from './join-frame.tsx'

/** A link that works no more: used, too old, or replaced by a newer one. */
export function DeadLink({ title, error }: { readonly title: string; readonly error: ApiError }) {
  return (
    <JoinFrame title={title}>
      <Void
        mark="deny"
        alert
        title={error.reason === 'link.unknown' ? 'This link does not work any more' : sentence(error.message)}
        acts={<ButtonLink to={paths.signIn}>Go to the sign-in page</ButtonLink>}
      >
        <p>{sentence(error.why ?? error.message)}</p>
        {error.fix !== undefined && <p>{sentence(error.fix)}</p>}
      </Void>
    </JoinFrame>
  )
}
