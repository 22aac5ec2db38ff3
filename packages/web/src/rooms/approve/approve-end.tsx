import type { Approval } from '@sallyport/api'
import { Answered } from '../../parts/answered.tsx'
import { periodText } from '../../words/times.ts'
import { NotMeSteps } from './not-me-steps.tsx'
import type { Standing } from './standing.ts'

interface ApproveEndProps {
  readonly approval: Approval
  readonly standing: Exclude<Standing, 'pending'>
  /** Whether it was decided on this page. */
  readonly mine: boolean
}

/** What became of it, and what to do now. */
export function ApproveEnd({ approval, standing, mine }: ApproveEndProps) {
  return (
    <>
      <Answered mark={standing === 'approved' ? 'allow' : 'deny'} stop={standing !== 'approved'}>
        {textOf(approval, standing, mine)}
      </Answered>
      {standing === 'reported' && <NotMeSteps approval={approval} />}
    </>
  )
}

function textOf(
  { kept_seconds, methods, target }: Approval,
  standing: ApproveEndProps['standing'],
  mine: boolean,
): string {
  if (standing === 'approved') {
    const whose = mine ? 'Approved.' : 'This login was approved already, in another window.'
    const next =
      target !== null
        ? 'Now connect again: the way is open.'
        : methods.includes('totp')
          ? // It asked for a code, and ssh says nothing to whoever waits for a line.
            'Press Enter in the terminal, and it goes on; you may close this page.'
          : 'The terminal goes on by itself; you may close this page.'
    const kept = kept_seconds === null || kept_seconds === 0 ? '' : ` It counts for ${periodText(kept_seconds * 1000)}.`
    return `${whose} ${next}${kept}`
  }
  if (standing === 'denied') {
    return mine
      ? 'Denied. The terminal is told, and that address waits before it may ask again.'
      : 'This login was denied already, in another window.'
  }
  return ENDS[standing]
}

const ENDS = {
  reported: 'Denied, and in the audit log as not yours. Somebody holds your SSH key, or sits at your machine.',
  expired: 'Nobody answered in time. Run ssh again if it was you.',
  gone: 'Whoever waited has hung up. Run ssh again if it was you.',
} as const
