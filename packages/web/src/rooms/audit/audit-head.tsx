import { AUDIT_GRID } from './audit-grid.ts'

/** What stands in which column; for the eye alone, since each row says it in words. */
export function AuditHead() {
  return (
    <div
      aria-hidden
      className={`sticky top-0 z-1 hidden h-[30px] items-center gap-x-3 border-b border-rule-2 bg-surface px-6 text-xs text-ink-3 wide:grid ${AUDIT_GRID}`}
    >
      <span>Time</span>
      <span>Outcome</span>
      <span>Event</span>
      <span>Who</span>
      <span>What</span>
      <span>From</span>
      <span className="text-right">No.</span>
    </div>
  )
}
