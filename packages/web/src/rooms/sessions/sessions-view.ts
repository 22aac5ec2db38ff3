import type { Session } from '@sallyport/api'
import { durationText } from '../../words/times.ts'

/** Where a session leads: `db-1, web-1`; before its first passage, nowhere yet. */
export function whereTo({ passages }: Pick<Session, 'passages'>): string {
  const places = [...new Set(passages.map(({ target, host, port }) => target ?? `${host}:${port}`))]
  return places.length === 0 ? 'the gateway itself' : places.join(', ')
}

/** Bytes through all passages of a session that are open. */
export function bytesOf({ passages }: Pick<Session, 'passages'>): number {
  return passages.reduce((sum, { bytes_in, bytes_out }) => sum + bytes_in + bytes_out, 0)
}

export function matchingSessions(sessions: readonly Session[], text: string | undefined): readonly Session[] {
  if (text === undefined) return sessions
  const part = text.toLowerCase()
  return sessions.filter((session) =>
    [
      session.user,
      session.source,
      session.client,
      whereTo(session),
      ...session.passages.map(({ address }) => address),
    ].some((each) => each.toLowerCase().includes(part)),
  )
}

/** One line of truth about what is open. */
export function sessionsState(sessions: readonly Session[], now: Date): string {
  if (sessions.length === 0) return 'Nobody is connected.'
  const passages = sessions.reduce((sum, session) => sum + session.passages.length, 0)
  const longest = Math.max(...sessions.map(({ started_at }) => now.getTime() - Date.parse(started_at)))
  const open = sessions.length === 1 ? '1 is open' : `${sessions.length} are open`
  const through = passages === 1 ? '1 passage' : `${passages} passages`
  return `${open} with ${through}, all of them blind: their content goes end to end. The longest has run ${durationText(longest)}.`
}

/** Bytes a second between two looks at a session; nothing where it cannot be said. */
export function rateOf(
  before: { readonly at: number; readonly bytes: number } | undefined,
  after: { readonly at: number; readonly bytes: number },
): number | undefined {
  if (before === undefined || after.at <= before.at) return undefined
  // A passage that closed took its count with it.
  return Math.max(0, ((after.bytes - before.bytes) * 1000) / (after.at - before.at))
}
