import type { MarkName } from '../../ui/marks.tsx'

export interface Outcome {
  readonly mark: MarkName
  readonly word: string
  readonly tone: 'plain' | 'caution' | 'stop'
}

const DENIED: Outcome = { mark: 'deny', word: 'denied', tone: 'stop' }
const ALLOWED: Outcome = { mark: 'allow', word: 'allowed', tone: 'plain' }
const FAILED: Outcome = { mark: 'error', word: 'failed', tone: 'stop' }
const BANNED: Outcome = { mark: 'warn', word: 'banned', tone: 'caution' }
const DONE: Outcome = { mark: 'tick', word: 'done', tone: 'plain' }

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  'access-granted': ALLOWED,
  'authentication-succeeded': ALLOWED,
  'signed-in': ALLOWED,
  'check-passed': ALLOWED,
  'passage-failed': FAILED,
  'penalty-applied': BANNED,
  'ban-added': BANNED,
  'passage-opened': { mark: 'direct', word: 'opened', tone: 'plain' },
  'connection-opened': { mark: 'direct', word: 'opened', tone: 'plain' },
}

/** How an event ended, as a mark and a word. */
export function outcomeOf(type: string): Outcome {
  const known = Object.hasOwn(OUTCOMES, type) ? OUTCOMES[type] : undefined
  if (known !== undefined) return known
  if (/-(denied|refused)$/.test(type) || type === 'authentication-failed') return DENIED
  if (/-(closed|ended|stopped)$/.test(type)) return { mark: 'end', word: 'ended', tone: 'plain' }
  return DONE
}
