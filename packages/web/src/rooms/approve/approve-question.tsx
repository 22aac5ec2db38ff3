import type { Approval } from '@sallyport/api'
import { useState } from 'react'
import { AskPage } from '../../frame/ask-page.tsx'
import { CompareCode } from '../../parts/compare-code.tsx'
import { TimeLeft } from '../../parts/time-left.tsx'
import { Choice } from '../../ui/choice.tsx'
import { Mono } from '../../ui/mono.tsx'
import { ApprovalFacts } from './approval-facts.tsx'
import { ApproveActs } from './approve-acts.tsx'
import { ApproveEnd } from './approve-end.tsx'
import { placeText } from './place-text.ts'
import { scopesOf } from './scopes.ts'
import type { Standing } from './standing.ts'

interface ApproveQuestionProps {
  readonly approval: Approval
  readonly standing: Standing
}

/** Shows a waiting login beside its code, and takes the answer. */
export function ApproveQuestion({ approval, standing }: ApproveQuestionProps) {
  const [seconds, setSeconds] = useState(0)
  const [mine, setMine] = useState(false)
  const { code, source, asked_at, expires_at } = approval
  const place = placeText(approval)
  const scopes = scopesOf(approval)
  return (
    <AskPage
      name="Approve this login?"
      title="Approve this login?"
      lead={
        <>
          Someone holding your SSH key wants{' '}
          {place === undefined ? 'to sign in' : <Mono className="font-head text-ink">{place}</Mono>} from{' '}
          <Mono className="font-head text-ink">{source}</Mono>.
        </>
      }
      facts={<ApprovalFacts approval={approval} />}
    >
      <CompareCode code={code}>
        {standing === 'pending'
          ? 'Another code, or no terminal waiting? Then this is not your login: deny it.'
          : undefined}
      </CompareCode>
      {standing === 'pending' ? (
        <>
          {scopes.length > 1 && (
            <div className="mt-3.5 wide:mt-[18px]">
              <Choice
                label="What to approve"
                hideLabel
                value={String(seconds)}
                onChange={(chosen) => setSeconds(Number(chosen))}
                options={scopes.map((scope) => ({ id: String(scope.seconds), label: scope.text }))}
              />
            </div>
          )}
          <ApproveActs approval={approval} seconds={seconds} onDecided={() => setMine(true)}>
            <TimeLeft from={asked_at} until={expires_at} />
          </ApproveActs>
        </>
      ) : (
        <ApproveEnd approval={approval} standing={standing} mine={mine} />
      )}
    </AskPage>
  )
}
