import { useQueryClient } from '@tanstack/react-query'
import { useCall } from '../api/use-call.ts'
import { Banner } from '../ui/banner.tsx'
import { TextButton } from '../ui/text-button.tsx'
import { useNow } from '../ui/use-now.ts'
import { agoText, clockSecondsText } from '../words/times.ts'
import { askForProof } from './ask-for-proof.ts'
import { useLeaveWhenOut } from './use-leave-when-out.ts'

/** How often the gateway is asked whether it is there and who is signed in, in milliseconds. */
const ASK_MS = 30_000
/** How long before the end of a sign-in it is said, in milliseconds. */
const SOON_MS = 5 * 60_000

/** Conditions of the whole console that last: no connection, signed out soon. */
export function Warnings() {
  const state = useCall('auth.state', {}, { everyMs: ASK_MS })
  const client = useQueryClient()
  const now = useNow(10_000)
  useLeaveWhenOut(state)
  const until = state.data?.signed_in?.expires_at
  const end = until === undefined ? undefined : new Date(until)
  return (
    <div role="status">
      {state.error !== null && (
        <Banner tone="caution" act={<TextButton onPress={() => void state.refetch()}>Try now</TextButton>}>
          Connection lost at {clockSecondsText(new Date(state.errorUpdatedAt))}. What you see may be old.
        </Banner>
      )}
      {end !== undefined && end.getTime() - now.getTime() < SOON_MS && end > now && (
        <Banner
          mark="clock"
          act={
            <TextButton
              onPress={() =>
                void askForProof('stay').then(() => client.invalidateQueries({ queryKey: ['auth.state'] }))
              }
            >
              Stay signed in
            </TextButton>
          }
        >
          You will be signed out {agoText(end, now)}.
        </Banner>
      )}
    </div>
  )
}
