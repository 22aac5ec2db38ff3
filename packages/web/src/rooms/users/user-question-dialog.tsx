import type { ApiError, UserDetail } from '@sallyport/api'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../api/api.ts'
import { useAct } from '../../api/use-act.ts'
import { paths } from '../../paths.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { toast } from '../../ui/toast-list.ts'
import { amountText } from '../../words/amounts.ts'

export type UserQuestion = 'sign-out' | 'revoke' | 'disable' | 'remove'

interface UserQuestionDialogProps {
  readonly user: UserDetail
  readonly question: UserQuestion
  readonly onClose: () => void
}

const WORDS: Readonly<
  Record<UserQuestion, { title: (name: string) => string; lead: string; verb: string; doing: string; keep: string }>
> = {
  'sign-out': {
    title: (name) => `Sign ${name} out everywhere?`,
    lead: 'Every browser and command of theirs has to sign in again. SSH sessions go on.',
    verb: 'Sign out',
    doing: 'Signing out',
    keep: 'Leave it',
  },
  revoke: {
    title: (name) => `Revoke all certificates of ${name}?`,
    lead: 'Sessions that they opened end, and targets refuse them once they have the new list.',
    verb: 'Revoke certificates',
    doing: 'Revoking',
    keep: 'Keep them',
  },
  disable: {
    title: (name) => `Disable ${name}?`,
    lead: 'Their sessions end now, and they get in nowhere until somebody enables them. Their keys stay.',
    verb: 'Disable',
    doing: 'Disabling',
    keep: 'Leave it',
  },
  remove: {
    title: (name) => `Remove ${name} for good?`,
    lead: 'Their keys, passkeys and sign-ins go, and their sessions end. The audit log keeps what they did.',
    verb: 'Remove',
    doing: 'Removing',
    keep: 'Keep them',
  },
}
const SESSIONS = { changes: ['session.list', 'certificate.list'] } as const

/** Takes something from somebody, after asking. */
export function UserQuestionDialog({ user, question, onClose }: UserQuestionDialogProps) {
  const [reason, setReason] = useState('')
  const navigate = useNavigate()
  const signOut = useAct('user.sign-out')
  const revoke = useAct('certificate.revoke', { changes: ['session.list', 'user.show'] })
  const update = useAct('user.update', SESSIONS)
  const remove = useAct('user.remove', SESSIONS)
  const acts = { 'sign-out': signOut, revoke, disable: update, remove } as const
  const { isPending, error }: { readonly isPending: boolean; readonly error: ApiError | null } = acts[question]
  const { title, lead, verb, doing, keep } = WORDS[question]
  const done = (text: string) => {
    toast(text)
    onClose()
  }
  const submit = () => {
    const who = { user: user.id }
    if (question === 'sign-out')
      signOut.mutate(who, {
        onSuccess: ({ ended }) => done(`${user.name} was signed out of ${amountText(ended, 'place')}`),
      })
    if (question === 'revoke')
      revoke.mutate(
        { ...who, reason },
        { onSuccess: ({ revoked }) => done(`${amountText(revoked.length, 'certificate')} revoked`) },
      )
    if (question === 'disable')
      update.mutate(
        { ...who, disabled: true },
        {
          onSuccess: () => {
            const undo = () => void api.call('user.update', { ...who, disabled: false })
            toast(`${user.name} is disabled`, { act: { label: 'Undo', run: undo } })
            onClose()
          },
        },
      )
    if (question === 'remove')
      remove.mutate(who, {
        onSuccess: () => {
          done(`${user.name} was removed`)
          void navigate({ to: paths.users })
        },
      })
  }
  return (
    <FormDialog
      open
      onClose={onClose}
      title={title(user.name)}
      lead={lead}
      keep={keep}
      verb={verb}
      doing={doing}
      stop
      off={question === 'revoke' && reason.trim() === ''}
      busy={isPending}
      error={error}
      onSubmit={submit}
    >
      {question === 'revoke' ? (
        <TextField label="Reason, for the audit log" value={reason} onChange={setReason} autoFocus maxLength={500} />
      ) : undefined}
    </FormDialog>
  )
}
