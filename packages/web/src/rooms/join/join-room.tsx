import { useParams } from '@tanstack/react-router'
import { useCall } from '../../api/use-call.ts'
import { paths } from '../../paths.ts'
import { LoadingState } from '../../ui/loading-state.tsx'
import { DeadLink } from './dead-link.tsx'
import { JoinFrame } from './join-frame.tsx'
import { JoinSteps } from './join-steps.tsx'

/** The gateway's first link: for whoever started it. */
export function SetupRoom() {
  const { token } = useParams({ from: paths.setup })
  return <ByLink token={token} title="Set up the gateway" />
}

/** A link for somebody who was called in, or who lost every way to sign in. */
export function JoinRoom() {
  const { token } = useParams({ from: paths.join })
  return <ByLink token={token} title="Set up how you sign in" />
}

function ByLink({ token, title }: { readonly token: string; readonly title: string }) {
  const link = useCall('link.show', { token }, { keep: true })
  if (link.data !== undefined) return <JoinSteps token={token} link={link.data} title={title} />
  if (link.error !== null) return <DeadLink title={title} error={link.error} onRetry={() => void link.refetch()} />
  return (
    <JoinFrame title={title}>
      <LoadingState />
    </JoinFrame>
  )
}
