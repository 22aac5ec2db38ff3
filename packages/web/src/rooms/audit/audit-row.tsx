import type { AuditEvent } from '@sallyport/api'
import { cx } from '../../ui/cx.ts'
import { Mark } from '../../ui/mark.tsx'
import { useNow } from '../../ui/use-now.ts'
import { countText } from '../../words/amounts.ts'
import { utcText } from '../../words/times.ts'
import { AuditDetails } from './audit-details.tsx'
import { AUDIT_GRID } from './audit-grid.ts'
import type { AuditSearch } from './audit-search.ts'
import { dayTimeText, whatOf } from './event-text.ts'
import { outcomeOf } from './outcome.ts'

interface AuditRowProps {
  readonly event: AuditEvent
  readonly open: boolean
  readonly onToggle: (open: boolean) => void
  readonly onFilter: (change: Partial<AuditSearch>) => void
}

const TONES = { plain: '', caution: 'text-caution', stop: 'text-stop font-label' } as const

/** One event, a line of it; open, all of it. */
export function AuditRow({ event, open, onToggle, onFilter }: AuditRowProps) {
  const { mark, word, tone } = outcomeOf(event.type)
  const at = new Date(event.time)
  const now = useNow()
  return (
    <li className={cx('border-b border-rule', open && 'bg-sunk shadow-[inset_3px_0_0_var(--accent)]')}>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => onToggle(!open)}
        className={cx(
          'grid min-h-8 w-full grid-cols-[auto_5.25rem_minmax(0,1fr)] items-center gap-x-3 gap-y-0.5 px-gutter py-1.5 text-left wide:px-6 hover:bg-hover focus-visible:-outline-offset-2 pointer-coarse:min-h-11',
          AUDIT_GRID,
          'wide:py-0',
          open && 'bg-accent-tint shadow-[inset_3px_0_0_var(--accent)]',
        )}
      >
        <time dateTime={event.time} title={utcText(at)} className="mono text-xs text-ink-3">
          {dayTimeText(at, now)}
        </time>
        <span className={cx('inline-flex items-center gap-[7px]', TONES[tone])}>
          <Mark name={mark} size="sm" />
          {word}
        </span>
        <span className="mono cut text-xs">{event.type}</span>
        <span className="cut max-wide:col-span-2">{event.actor ?? ''}</span>
        <span className="mono cut text-xs max-wide:col-start-3">{whatOf(event)}</span>
        <span className="mono cut text-xs text-ink-3 max-wide:hidden">{event.source ?? ''}</span>
        <span className="mono text-right text-xs text-ink-3 max-wide:hidden">{countText(event.sequence)}</span>
      </button>
      {open && <AuditDetails event={event} onFilter={onFilter} />}
    </li>
  )
}
