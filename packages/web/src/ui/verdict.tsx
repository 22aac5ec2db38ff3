import type { ReactNode } from 'react'
import { cx } from './cx.ts'
import { Mark } from './mark.tsx'
import type { MarkName } from './marks.tsx'

export type VerdictName = 'allowed' | 'denied' | 'on-request'

interface VerdictProps {
  readonly verdict: VerdictName
  /** Instead of the usual word. */
  readonly word?: string
  /** Why: which line decided. */
  readonly children?: ReactNode
}

const VERDICTS: Readonly<Record<VerdictName, { mark: MarkName; word: string; box: string; ink: string }>> = {
  allowed: { mark: 'allow', word: 'Allowed', box: 'border-accent bg-accent-tint', ink: 'text-accent' },
  denied: { mark: 'deny', word: 'Denied', box: 'border-stop bg-stop-tint', ink: 'text-stop' },
  'on-request': { mark: 'ask', word: 'On request', box: 'border-rule-2 bg-sunk', ink: 'text-ink-2' },
}

/** What the policy decided: the door ajar, shut, or dashed. */
export function Verdict({ verdict, word, children }: VerdictProps) {
  const { mark, word: usual, box, ink } = VERDICTS[verdict]
  return (
    <div className={cx('grid gap-1 border-l-3 px-4 py-3', box)}>
      <strong className={cx('flex items-center gap-2 text-lg', ink)}>
        <Mark name={mark} />
        {word ?? usual}
      </strong>
      {children !== undefined && <div>{children}</div>}
    </div>
  )
}
