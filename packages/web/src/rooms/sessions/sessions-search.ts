import { textParam } from '../search-param.ts'

export interface SessionsSearch {
  readonly text: string | undefined
  /** Id of the session that is open beside the list. */
  readonly session: string | undefined
}

export function readSessionsSearch({ text, session }: Record<string, unknown>): SessionsSearch {
  return { text: textParam(text), session: textParam(session) }
}
