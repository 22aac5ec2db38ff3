import type { Session } from '@sallyport/api'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useCall } from '../../api/use-call.ts'
import { type StreamState, useStream } from '../../api/use-stream.ts'
import { bytesOf, rateOf } from './sessions-view.ts'

/** How often counts and durations are read, in milliseconds; who came and went is told at once. */
const COUNT_MS = 5_000
/** Looks that a line is drawn of: five minutes. */
const LOOKS_MAX = 60

interface Flow {
  readonly at: number
  readonly bytes: number
  /** Bytes a second, oldest first. */
  readonly rates: readonly number[]
}

/** Live sessions, kept up to date by the gateway's events, with how fast bytes went through each. */
export function useLiveSessions(): {
  readonly query: ReturnType<typeof useCall<'session.list'>>
  readonly stream: StreamState
  readonly rates: ReadonlyMap<string, readonly number[]>
} {
  const client = useQueryClient()
  const query = useCall('session.list', {}, { everyMs: COUNT_MS })
  const stream = useStream('daemon.events', {}, ({ type }) => {
    if (/^(session|passage)-/.test(type)) void client.invalidateQueries({ queryKey: ['session.list'] })
  })
  const flows = useRef<ReadonlyMap<string, Flow>>(new Map())
  const [rates, setRates] = useState<ReadonlyMap<string, readonly number[]>>(new Map())
  const { data, dataUpdatedAt: at } = query
  useEffect(() => {
    if (data === undefined) return
    flows.current = new Map(
      data.sessions.map((session) => [session.id, flowAfter(flows.current.get(session.id), session, at)]),
    )
    setRates(new Map([...flows.current].map(([id, flow]) => [id, flow.rates])))
  }, [data, at])
  return { query, stream, rates }
}

function flowAfter(before: Flow | undefined, session: Session, at: number): Flow {
  const now = { at, bytes: bytesOf(session) }
  const rate = rateOf(before, now)
  const rates = before?.rates ?? []
  return { ...now, rates: rate === undefined ? rates : [...rates, rate].slice(-LOOKS_MAX) }
}
