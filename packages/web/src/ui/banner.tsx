import type { ReactNode } from 'react'
import { cx } from './cx.ts'
import { Mark } from './mark.tsx'
import type { MarkName } from './marks.tsx'

export type BannerTone = 'plain' | 'accent' | 'caution' | 'stop'

interface BannerProps {
  readonly tone?: BannerTone
  readonly mark?: MarkName
  readonly children: ReactNode
  /** What may be done about it, at the right. */
  readonly act?: ReactNode
  /** Said aloud when it appears. */
  readonly alert?: boolean
}

const TONES: Readonly<Record<BannerTone, { box: string; ink: string; mark: MarkName }>> = {
  plain: { box: 'border-rule-2 bg-sunk', ink: '', mark: 'info' },
  accent: { box: 'border-accent bg-accent-tint', ink: 'text-accent', mark: 'wait' },
  caution: { box: 'border-caution-edge bg-caution-tint', ink: 'text-caution', mark: 'warn' },
  stop: { box: 'border-stop-edge bg-stop-tint', ink: 'text-stop', mark: 'error' },
}

/** A condition that lasts. */
export function Banner({ tone = 'plain', mark, children, act, alert }: BannerProps) {
  const { box, ink, mark: usual } = TONES[tone]
  return (
    <div
      className={cx('grid grid-cols-[16px_minmax(0,1fr)_auto] items-start gap-x-2.5 border-l-3 px-3.5 py-2.5', box)}
      {...(alert === true ? { role: 'alert' } : {})}
    >
      <Mark name={mark ?? usual} className={cx('mt-0.5', ink)} />
      <div>{children}</div>
      {act}
    </div>
  )
}
