import { useState } from 'react'
import { useAct } from '../../api/use-act.ts'
import { useCall } from '../../api/use-call.ts'
import { useSignedIn } from '../../api/use-signed-in.ts'
import { AskPage } from '../../frame/ask-page.tsx'
import { Answered } from '../../parts/answered.tsx'
import { AskActs, AskButtons } from '../../parts/ask-acts.tsx'
import { CompareCode } from '../../parts/compare-code.tsx'
import { TimeLeft } from '../../parts/time-left.tsx'
import { Button } from '../../ui/button.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Failure } from '../../ui/failure.tsx'
import { LoadingState } from '../../ui/loading-state.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Mono } from '../../ui/mono.tsx'

interface DeviceQuestionProps {
  readonly code: string
  readonly onOther: () => void
}

/** Where somebody asks from who needs no address to reach the gateway. */
const OWN_MACHINE = 'the gateway’s own machine'

/** What asks to sign in with this code, and whether it may. */
export function DeviceQuestion({ code, onOther }: DeviceQuestionProps) {
  const me = useSignedIn()
  const asked = useCall('device.show', { code }, { keep: true })
  const decide = useAct('device.decide')
  const [answer, setAnswer] = useState<'approved' | 'denied'>()
  const request = asked.data
  if (request === undefined) {
    return (
      <AskPage name="Let a command sign in?" title="Let a command sign in?">
        <div className="mt-6 grid gap-4">
          {asked.error === null ? <LoadingState /> : <Failure error={asked.error} />}
          {asked.error !== null && (
            <div className="flex flex-wrap gap-2">
              {asked.error.status !== 404 && <Button onPress={() => void asked.refetch()}>Try again</Button>}
              <Button onPress={onOther}>Enter another code</Button>
            </div>
          )}
        </div>
      </AskPage>
    )
  }
  const say = (approve: boolean) =>
    decide.mutate({ code, approve }, { onSuccess: () => setAnswer(approve ? 'approved' : 'denied') })
  return (
    <AskPage
      name="Let a command sign in?"
      title="Let this command sign in?"
      lead={
        <>
          It would act as <strong>{me.user}</strong>, from{' '}
          {request.source === '' ? OWN_MACHINE : <Mono className="font-head text-ink">{request.source}</Mono>}.
        </>
      }
      facts={
        <>
          <Facts
            beside
            facts={[
              ['What', request.agent === '' ? 'does not say' : <Mono key="agent">{request.agent}</Mono>],
              ['From', request.source === '' ? OWN_MACHINE : <Mono key="source">{request.source}</Mono>],
              ['Asked', <Moment key="asked" at={request.asked_at} as="both" />],
              ['It gets', 'a sign-in of its own, which you end under Signed-in devices'],
            ]}
          />
          <p className="mt-[18px] border-t border-rule pt-3.5 text-xs text-ink-3">
            What it calls itself anybody may claim; the code and the address are what count. The answer is written to
            the audit log either way.
          </p>
        </>
      }
    >
      <CompareCode code={request.user_code}>
        {answer === undefined ? (
          <>
            Another code, or you did not run <Mono>sallyport login</Mono>? Then this is not yours: deny it.
          </>
        ) : undefined}
      </CompareCode>
      {answer === undefined ? (
        <AskActs>
          <TimeLeft from={request.asked_at} until={request.expires_at} />
          {decide.error !== null && (
            <div className="mb-2.5">
              <Failure error={decide.error} />
            </div>
          )}
          <AskButtons>
            <Button
              kind="primary"
              size="lg"
              onPress={() => say(true)}
              busy={decide.isPending ? 'Answering' : undefined}
            >
              Let it sign in
            </Button>
            <Button size="lg" onPress={() => say(false)} off={decide.isPending}>
              Deny
            </Button>
          </AskButtons>
        </AskActs>
      ) : (
        <Answered mark={answer === 'approved' ? 'allow' : 'deny'} stop={answer === 'denied'}>
          {answer === 'approved'
            ? 'The command goes on by itself. You may close this page.'
            : 'Denied. The command is told.'}
        </Answered>
      )}
    </AskPage>
  )
}
