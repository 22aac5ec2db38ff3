import { ApiError, type RouteInput, type RouteOutput, type StreamRouteName } from '@sallyport/api'
import { useEffect, useEffectEvent, useState } from 'react'
import { api } from './api.ts'

/** How long after a stream broke it is asked for again, in milliseconds. */
const AGAIN_MS = 4_000

export interface StreamState {
  /** Whether lines arrive as things happen. */
  readonly live: boolean
  /** Since when they do not. */
  readonly lostAt: Date | undefined
  readonly error: ApiError | undefined
}

/** Hears a stream of the gateway while the page is open, and comes back by itself when it breaks off. */
export function useStream<Name extends StreamRouteName>(
  name: Name,
  input: RouteInput<Name>,
  heard: (line: RouteOutput<Name>) => void,
  /** False: not now. */
  when = true,
): StreamState {
  const [state, setState] = useState<StreamState>({ live: false, lostAt: undefined, error: undefined })
  const asked = JSON.stringify(input)
  const hear = useEffectEvent(heard)
  useEffect(() => {
    if (!when) return undefined
    const ending = new AbortController()
    const { signal } = ending
    const lost = (error?: ApiError) => {
      if (!signal.aborted) setState(({ lostAt }) => ({ live: false, lostAt: lostAt ?? new Date(), error }))
    }
    const run = async () => {
      while (!signal.aborted) {
        try {
          setState({ live: true, lostAt: undefined, error: undefined })
          for await (const line of opened<Name>(name, asked, signal)) hear(line)
          lost()
        } catch (error) {
          lost(error instanceof ApiError ? error : undefined)
        }
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
      }
    }
    void run()
    return () => ending.abort()
  }, [name, asked, when])
  return state
}

/** The table ties input to name; the overload for routes without input cannot see it through a type parameter. */
function opened<Name extends StreamRouteName>(
  name: Name,
  input: string,
  signal: AbortSignal,
): AsyncIterable<RouteOutput<Name>> {
  return (api.stream as (name: Name, input: unknown, options: object) => AsyncIterable<RouteOutput<Name>>)(
    name,
    JSON.parse(input),
    { signal },
  )
}
