import type { Approval } from '@sallyport/api'
import { periodText } from '../../words/times.ts'
import { placeText } from './place-text.ts'

/** What a yes may be for. */
export interface Scope {
  /** That it counts for other logins; 0 for none. */
  readonly seconds: number
  readonly text: string
}

const HOUR_SECONDS = 3600

/** What its owner may choose from: the least first. */
export function scopesOf(
  approval: Pick<Approval, 'source' | 'target' | 'port' | 'login' | 'keep_max_seconds'>,
): readonly Scope[] {
  const { source, keep_max_seconds: most } = approval
  const place = placeText(approval)
  const logins = place === undefined ? `Logins from ${source}` : `Logins to ${place} from ${source}`
  const times = most > HOUR_SECONDS ? [HOUR_SECONDS, most] : most > 0 ? [most] : []
  return [
    { seconds: 0, text: 'This login only' },
    ...times.map((seconds) => ({ seconds, text: `${logins} for ${periodText(seconds * 1000)}` })),
  ]
}
