import type { ReactNode } from 'react'
import { Mark } from '../../ui/mark.tsx'
import { JOIN_STEPS, type JoinStep } from './step.ts'

export interface StepWords {
  readonly title: string
  readonly detail: ReactNode
}

interface StepsListProps {
  readonly at: JoinStep
  readonly words: Readonly<Record<Exclude<JoinStep, 'done'>, StepWords>>
}

/** The steps as a ledger: done, now, to do. */
export function StepsList({ at, words }: StepsListProps) {
  const now = JOIN_STEPS.indexOf(at)
  return (
    <ol className="border-t border-rule">
      {JOIN_STEPS.filter((step) => step !== 'done').map((step, index) => {
        const { title, detail } = words[step]
        const state = index < now ? 'done' : index === now ? 'now' : 'to do'
        const current = state === 'now'
        return (
          <li
            key={step}
            aria-current={current ? 'step' : undefined}
            className={`grid grid-cols-[16px_minmax(0,1fr)_auto] items-start gap-3.5 border-b border-rule py-[9px] pr-3 pl-2.5 text-ink-2 ${current ? 'bg-surface shadow-[inset_3px_0_0_var(--accent)] forced-colors:outline-2 forced-colors:outline-[Highlight]' : ''}`}
          >
            <Mark
              name={state === 'done' ? 'tick' : current ? 'allow' : 'dash'}
              className={`mt-0.5 ${current ? 'text-accent' : ''}`}
            />
            <span className="min-w-0">
              <b className={`block text-ink ${current ? '' : 'font-label'}`}>{title}</b>
              <small className="block text-xs wrap-anywhere text-ink-3">{detail}</small>
            </span>
            <span className={`text-xs ${current ? 'text-accent' : 'text-ink-3'}`}>{state}</span>
          </li>
        )
      })}
    </ol>
  )
}
