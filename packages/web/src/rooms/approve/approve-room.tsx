import { useParams } from '@tanstack/react-router'
import { useCall } from '../../api/use-call.ts'
import { AskPage } from '../../frame/ask-page.tsx'
import { Button } from '../../ui/button.tsx'
import { Failure } from '../../ui/failure.tsx'
import { LoadingState } from '../../ui/loading-state.tsx'
import { ApproveQuestion } from './approve-question.tsx'

/** How often it is asked whether the login was decided elsewhere or gave up, in milliseconds. */
const ASK_MS = 3_000

/** An SSH login that waits for its owner. */
export function ApproveRoom() {
  const { code } = useParams({ from: '/signed-in/approve/$code' })
  const asked = useCall('approval.show', { code }, { everyMs: ASK_MS })
  if (asked.data !== undefined) return <ApproveQuestion approval={asked.data} />
  return (
    <AskPage name="Approve this login?" title="Approve this login?">
      <div className="mt-6 grid max-w-[27rem] gap-4">
        {asked.error === null ? <LoadingState /> : <Failure error={asked.error} />}
        {asked.error !== null && asked.error.status !== 404 && (
          <div>
            <Button onPress={() => void asked.refetch()}>Try again</Button>
          </div>
        )}
      </div>
    </AskPage>
  )
}
