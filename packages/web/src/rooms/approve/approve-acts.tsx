import { ApiError, type Approval, type RouteInput } from '@sallyport/api'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { api } from '../../api/api.ts'
import { answerPasskey } from '../../api/passkeys.ts'
import { AskActs, AskButtons } from '../../parts/ask-acts.tsx'
import { Button } from '../../ui/button.tsx'
import { Failure } from '../../ui/failure.tsx'
import { Mono } from '../../ui/mono.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { ReportDialog } from './report-dialog.tsx'

interface ApproveActsProps {
  readonly approval: Approval
  /** That a yes counts for other logins. */
  readonly seconds: number
  readonly onDecided: () => void
  /** Above the buttons. */
  readonly children: ReactNode
}

type Decision = RouteInput<'approval.decide'>['decision']

/** Yes with a passkey or a code, no, and "this was not me". */
export function ApproveActs({ approval, seconds, onDecided, children }: ApproveActsProps) {
  const client = useQueryClient()
  const { code, methods, source } = approval
  const [busy, setBusy] = useState<Decision>()
  const [error, setError] = useState<ApiError | null>(null)
  const [reporting, setReporting] = useState(false)
  const [byCode, setByCode] = useState(!methods.includes('passkey'))
  const [typed, setTyped] = useState('')
  const decide = async (decision: Decision) => {
    setBusy(decision)
    setError(null)
    try {
      const proof = decision !== 'approve' ? {} : byCode ? { one_time_code: typed.trim() } : await prove(code, seconds)
      const decided = await api.call('approval.decide', { code, decision, keep_seconds: seconds, ...proof })
      onDecided()
      setReporting(false)
      client.setQueryData(['approval.show', { code }], decided)
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure
      setError(failure)
    } finally {
      setBusy(undefined)
    }
  }
  const approve = () => void decide('approve')
  return (
    <AskActs>
      {children}
      {error !== null && !reporting && (
        <div className="mb-2.5">
          <Failure error={error} />
        </div>
      )}
      {byCode && (
        <form
          className="mb-3"
          onSubmit={(event) => {
            event.preventDefault()
            if (typed.trim() !== '' && busy === undefined) approve()
          }}
        >
          <TextField
            label="One-time code"
            value={typed}
            onChange={setTyped}
            mono
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={16}
            autoFocus={methods.includes('passkey')}
          />
        </form>
      )}
      <AskButtons>
        <Button
          kind="primary"
          size="lg"
          mark={byCode ? 'tick' : 'key'}
          onPress={approve}
          busy={busy === 'approve' ? (byCode ? 'Approving' : 'Waiting for your passkey') : undefined}
          off={(busy !== undefined && busy !== 'approve') || (byCode && typed.trim() === '')}
        >
          {byCode ? 'Approve with code' : 'Approve with passkey'}
        </Button>
        <Button
          size="lg"
          onPress={() => void decide('deny')}
          busy={busy === 'deny' ? 'Denying' : undefined}
          off={busy !== undefined && busy !== 'deny'}
        >
          Deny
        </Button>
      </AskButtons>
      {methods.length > 1 && (
        <p className="mt-2.5">
          <TextButton onPress={() => setByCode(!byCode)}>
            {byCode ? 'Use a passkey instead' : 'Use a one-time code instead'}
          </TextButton>
        </p>
      )}
      <p className="mt-2.5">
        <TextButton stop onPress={() => setReporting(true)}>
          I did not ask for this
        </TextButton>
        <span className="block text-ink-3">
          Denies it, lets <Mono>{source}</Mono> ask nothing more for an hour, and says so in the audit log
        </span>
      </p>
      {reporting && (
        <ReportDialog
          approval={approval}
          busy={busy === 'report'}
          error={error}
          onClose={() => {
            setReporting(false)
            setError(null)
          }}
          onSubmit={() => void decide('report')}
        />
      )}
    </AskActs>
  )
}

async function prove(code: string, keep_seconds: number) {
  const { ceremony, options } = await api.call('approval.begin', { code, keep_seconds })
  return { ceremony, response: await answerPasskey(options) }
}
