import { ApiError } from '@sallyport/api'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { LoadingState } from '../../ui/loading-state.tsx'
import { Mono } from '../../ui/mono.tsx'
import { NoPermissionState } from '../../ui/no-permission-state.tsx'
import { KitPart } from './kit-part.tsx'

const UNREAD = new ApiError('daemon.unreachable', 'the gateway does not answer', {
  why: 'sessions that are open go on',
})

export function KitStates() {
  return (
    <>
      <KitPart title="Empty" span={3}>
        <EmptyState title="No targets yet" acts={<Button kind="primary">Add target</Button>}>
          Add a server you already log in to. Nothing is installed on it.
        </EmptyState>
      </KitPart>
      <KitPart title="Loading" span={3}>
        <LoadingState what="Reading 50 of 2 418 events" />
      </KitPart>
      <KitPart title="Error" span={3}>
        <ErrorState title="Recordings could not be read" error={UNREAD} onRetry={() => {}} />
      </KitPart>
      <KitPart title="No permission" span={3}>
        <NoPermissionState title="You may not replay this session" acts={<Button>Request access…</Button>}>
          Replaying <Mono>tag:prod-db</Mono> needs <Mono>group:audit</Mono>. Mira Havel and Jana Dvorak can add you.
        </NoPermissionState>
      </KitPart>
    </>
  )
}
