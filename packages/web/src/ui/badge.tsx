import type { ReactNode } from 'react'
import { cx } from './cx.ts'
import { Mark } from './mark.tsx'
import type { MarkName } from './marks.tsx'

export type BadgeTone = 'plain' | 'caution' | 'stop' | 'accent'

interface BadgeProps {
  readonly mark: MarkName
  /** Ground only where somebody has to act or was refused. */
  readonly tone?: BadgeTone
  readonly children: ReactNode
}

const TONES: Readonly<Record<BadgeTone, string>> = {
  plain: 'text-ink-2',
  caution: 'text-caution bg-caution-tint',
  stop: 'text-stop bg-stop-tint',
  accent: 'text-accent bg-accent-tint',
}
const GROUND =
  'pr-[7px] pl-[5px] rounded-chip shadow-[inset_0_0_0_1px_color-mix(in_oklab,currentColor_26%,transparent)]'

/** A state: a mark, then a word. */
export function Badge({ mark, tone = 'plain', children }: BadgeProps) {
  return (
    <span
      className={cx(
        'inline-flex h-5 items-center gap-[5px] text-xs whitespace-nowrap align-[-2.5px]',
        TONES[tone],
        tone !== 'plain' && GROUND,
      )}
    >
      <Mark name={mark} size="sm" />
      {children}
    </span>
  )
}
