import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useCall } from '../../api/use-call.ts'
import { AskPage } from '../../frame/ask-page.tsx'
import { paths } from '../../paths.ts'
import { Button } from '../../ui/button.tsx'
import { ButtonLink } from '../../ui/button-link.tsx'
import { Failure } from '../../ui/failure.tsx'
import { LoadingState } from '../../ui/loading-state.tsx'
import { useNow } from '../../ui/use-now.ts'
import { ApproveQuestion } from './approve-question.tsx'
import { standingOf } from './standing.ts'

/** How often it is asked whether the login was decided elsewhere or gave up, in milliseconds. */
const ASK_MS = 3_000

/** An SSH login that waits for its owner. */
export function ApproveRoom() {
  const { code } = useParams({ from: '/signed-in/approve/$code' })
  // What was decided stays decided: nothing more is asked.
  const [over, setOver] = useState(false)
  const now = useNow(ASK_MS)
  const asked = useCall('approval.show', { code }, over ? {} : { everyMs: ASK_MS })
  if (asked.data !== undefined) {
    const standing = standingOf(asked.data, asked.error, now)
    if (standing !== 'pending' && !over) setOver(true)
    return <ApproveQuestion key={code} approval={asked.data} standing={standing} />
  }
  return (
    <AskPage name="Approve this login?" title="Approve this login?">
      <div className="mt-6 grid max-w-[27rem] justify-items-start gap-4">
        {asked.error === null ? <LoadingState /> : <Failure error={asked.error} />}
        {asked.error !== null && asked.error.status !== 404 && (
          <Button onPress={() => void asked.refetch()}>Try again</Button>
        )}
        {asked.error?.status === 404 && <ButtonLink to={paths.logins}>See what waits for you</ButtonLink>}
      </div>
    </AskPage>
  )
}
