import type { AuditCounts } from '@sallyport/api'
import { Moment } from '../../ui/moment.tsx'
import { countText } from '../../words/amounts.ts'

/** How many events match, and how far back they were counted. */
export function AuditState({ counts }: { readonly counts: AuditCounts }) {
  const { total, denied, complete, from } = counts
  return (
    <>
      <strong>{countText(total)}</strong>
      {complete ? (total === 1 ? ' event matches' : ' events match') : ' newest events that match were counted'}
      {denied > 0 && (
        <>
          , <strong>{countText(denied)} denied</strong>
        </>
      )}
      {complete ? (
        '.'
      ) : (
        <>
          , back to <Moment at={from} />. Narrow the time to count others.
        </>
      )}
    </>
  )
}
