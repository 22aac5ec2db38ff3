import type { Link } from '@sallyport/api'
import { useNow } from '../../ui/use-now.ts'
import { momentText } from '../../words/times.ts'
import { CodesStep } from './codes-step.tsx'
import { DoneStep } from './done-step.tsx'
import { JoinFrame } from './join-frame.tsx'
import { NameStep } from './name-step.tsx'
import { PasskeyStep } from './passkey-step.tsx'
import { JOIN_STEPS } from './step.ts'
import { StepsList } from './steps-list.tsx'
import { useJoin } from './use-join.ts'

interface JoinStepsProps {
  readonly token: string
  readonly link: Link
  readonly title: string
}

/** Name, passkey, recovery codes, done. */
export function JoinSteps({ token, link, title }: JoinStepsProps) {
  const join = useJoin(token, link)
  const now = useNow()
  const { step, finished } = join
  const { gateway, user } = link
  const done = JOIN_STEPS.indexOf(step)
  const codes = finished?.recovery_codes ?? []
  const note =
    finished === undefined
      ? `This link works once, until ${momentText(new Date(link.expires_at), now)}`
      : 'This link has been used and works no more'
  return (
    <JoinFrame
      gateway={gateway}
      title={title}
      note={note}
      state={
        <>
          <strong className="text-ink">{done} of 3</strong> done. {finished === undefined ? note : 'You are signed in'}.
        </>
      }
      steps={
        <StepsList
          at={step}
          words={{
            name: { title: 'Your name', detail: done > 0 ? join.displayName || user : 'how others know you' },
            passkey: { title: 'Passkey', detail: done > 1 ? join.passkeyName : 'proves that it is you' },
            codes: {
              title: 'Recovery codes',
              detail: done > 2 ? `${codes.length} saved, none used` : 'for when every passkey is lost',
            },
          }}
        />
      }
    >
      {step === 'name' && (
        <NameStep
          user={user}
          displayName={join.displayName}
          onChange={join.setDisplayName}
          onNext={() => join.setStep('passkey')}
        />
      )}
      {step === 'passkey' && (
        <PasskeyStep
          name={join.passkeyName}
          onName={join.setPasskeyName}
          busy={join.busy}
          error={join.error}
          onBack={() => join.setStep('name')}
          onMake={() => void join.make()}
        />
      )}
      {step === 'codes' && (
        <CodesStep
          gateway={gateway}
          user={user}
          codes={codes}
          saved={join.saved}
          onSaved={join.setSaved}
          onNext={() => join.setStep('done')}
        />
      )}
      {step === 'done' && <DoneStep gateway={gateway} admin={link.role === 'owner' || link.role === 'admin'} />}
    </JoinFrame>
  )
}
