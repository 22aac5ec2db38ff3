import { type AuditOutcome, auditOutcome } from '@sallyport/api'
import type { MarkName } from '../../ui/marks.tsx'

export interface Outcome {
  readonly mark: MarkName
  readonly word: AuditOutcome
  readonly tone: 'plain' | 'caution' | 'stop'
}

const LOOKS: Readonly<Record<AuditOutcome, Omit<Outcome, 'word'>>> = {
  allowed: { mark: 'allow', tone: 'plain' },
  denied: { mark: 'deny', tone: 'stop' },
  failed: { mark: 'error', tone: 'stop' },
  banned: { mark: 'warn', tone: 'caution' },
  opened: { mark: 'direct', tone: 'plain' },
  ended: { mark: 'end', tone: 'plain' },
  done: { mark: 'tick', tone: 'plain' },
}

/** How an event ended, as a mark and a word. */
export function outcomeOf(type: string): Outcome {
  const word = auditOutcome(type)
  return { word, ...LOOKS[word] }
}
