import type { ReactNode } from 'react'
import { Badge, type BadgeTone } from './badge.tsx'
import type { MarkName } from './marks.tsx'

/** States that occur on many pages, each always with the same mark and word. */
export const STATE_BADGES = {
  blind: { mark: 'blind', tone: 'plain', word: 'blind' },
  inspected: { mark: 'eye', tone: 'plain', word: 'inspected' },
  recorded: { mark: 'rec', tone: 'plain', word: 'recorded' },
  'check-due': { mark: 'clock', tone: 'caution', word: 'check due' },
  pq: { mark: 'hex', tone: 'plain', word: 'PQ' },
  'not-pq': { mark: 'hex-off', tone: 'caution', word: 'not PQ' },
  allowed: { mark: 'allow', tone: 'plain', word: 'allowed' },
  denied: { mark: 'deny', tone: 'stop', word: 'denied' },
  'on-request': { mark: 'ask', tone: 'plain', word: 'on request' },
  live: { mark: 'live', tone: 'plain', word: 'live' },
  expired: { mark: 'clock', tone: 'stop', word: 'expired' },
  disabled: { mark: 'lock', tone: 'stop', word: 'disabled' },
} as const satisfies Readonly<Record<string, { mark: MarkName; tone: BadgeTone; word: string }>>

export type StateName = keyof typeof STATE_BADGES

/** One of the states that the whole console names alike. */
export function StateBadge({ state, children }: { readonly state: StateName; readonly children?: ReactNode }) {
  const { mark, tone, word } = STATE_BADGES[state]
  return (
    <Badge mark={mark} tone={tone}>
      {children ?? word}
    </Badge>
  )
}
