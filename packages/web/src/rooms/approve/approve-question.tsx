import { ApiError, type Approval } from '@sallyport/api'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/api.ts'
import { answerPasskey } from '../../api/passkeys.ts'
import { AskPage } from '../../frame/ask-page.tsx'
import { Answered } from '../../parts/answered.tsx'
import { AskActs, AskButtons } from '../../parts/ask-acts.tsx'
import { CompareCode } from '../../parts/compare-code.tsx'
import { TimeLeft } from '../../parts/time-left.tsx'
import { Button } from '../../ui/button.tsx'
import { Failure } from '../../ui/failure.tsx'
import { Mono } from '../../ui/mono.tsx'
import { ApprovalFacts } from './approval-facts.tsx'
import { placeText } from './place-text.ts'

/** Shows a waiting login beside its code, and takes the answer. */
export function ApproveQuestion({ approval }: { readonly approval: Approval }) {
  const client = useQueryClient()
  const [busy, setBusy] = useState<'approve' | 'deny'>()
  const [error, setError] = useState<ApiError>()
  const { code, state } = approval
  const decide = async (decision: 'approve' | 'deny') => {
    setBusy(decision)
    setError(undefined)
    try {
      const proof = decision === 'approve' ? await prove(code, approval.keep_max_seconds) : {}
      const decided = await api.call('approval.decide', { code, decision, ...proof })
      client.setQueriesData({ queryKey: ['approval.show'] }, decided)
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure
      setError(failure)
    } finally {
      setBusy(undefined)
    }
  }
  const place = placeText(approval)
  return (
    <AskPage
      name="Approve this login?"
      title="Approve this login?"
      lead={
        <>
          Someone holding your SSH key wants{' '}
          {place === undefined ? 'to sign in' : <Mono className="font-head text-ink">{place}</Mono>} from{' '}
          <Mono className="font-head text-ink">{approval.source}</Mono>.
        </>
      }
      facts={<ApprovalFacts approval={approval} />}
    >
      <CompareCode title="Your terminal must show this code" code={code}>
        Another code, or no terminal waiting? Then this is not your login: deny it.
      </CompareCode>
      {state === 'pending' ? (
        <AskActs>
          <TimeLeft from={approval.asked_at} until={approval.expires_at} />
          {error !== undefined && (
            <div className="mb-2.5">
              <Failure error={error} />
            </div>
          )}
          <AskButtons>
            <Button
              kind="primary"
              size="lg"
              mark="key"
              onPress={() => void decide('approve')}
              busy={busy === 'approve' ? 'Waiting for your passkey' : undefined}
              off={busy === 'deny'}
            >
              Approve with passkey
            </Button>
            <Button
              size="lg"
              onPress={() => void decide('deny')}
              busy={busy === 'deny' ? 'Denying' : undefined}
              off={busy === 'approve'}
            >
              Deny
            </Button>
          </AskButtons>
        </AskActs>
      ) : (
        <Answered mark={state === 'approved' ? 'allow' : 'deny'} stop={state !== 'approved'}>
          {ANSWERS[state]}
        </Answered>
      )}
    </AskPage>
  )
}

const ANSWERS = {
  approved: 'Approved. The terminal goes on by itself; you may close this page.',
  denied: 'Denied. The terminal is told. If it was not you, tell an admin: somebody may hold your SSH key.',
  reported: 'Denied, and written down as not yours. Tell an admin: somebody holds your SSH key.',
  expired: 'Nobody answered in time. Run ssh again if it was you.',
} as const

async function prove(code: string, keep_seconds: number) {
  const { ceremony, options } = await api.call('approval.begin', { code, keep_seconds })
  return { keep_seconds, ceremony, response: await answerPasskey(options) }
}
