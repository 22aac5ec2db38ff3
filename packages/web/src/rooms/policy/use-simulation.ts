import { ApiError, type PolicySimulation } from '@sallyport/api'
import { useEffect, useRef, useState } from 'react'
import { api } from '../../api/api.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** Groups of decisions that are told; the rest is counted. */
const FLIPS = 200

/** A text over the decisions of so many days. */
interface Asked {
  readonly text: string
  readonly days: number
}

export type SimulationState =
  | { readonly phase: 'none' }
  | (Asked & { readonly phase: 'running' /** Decisions read so far. */; readonly read: number })
  | (Asked & { readonly phase: 'done'; readonly result: PolicySimulation; readonly at: string })
  | (Asked & { readonly phase: 'failed'; readonly error: ApiError })

export interface Simulation {
  readonly state: SimulationState
  readonly run: (text: string, days: number) => void
  readonly stop: () => void
}

/** Asks a text again what was decided; one at a time, and none once the page is left. */
export function useSimulation(): Simulation {
  const [state, setState] = useState<SimulationState>({ phase: 'none' })
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])
  const stop = () => {
    running.current?.abort()
    setState({ phase: 'none' })
  }
  const run = (text: string, days: number) => {
    running.current?.abort()
    const ending = new AbortController()
    running.current = ending
    setState({ phase: 'running', text, days, read: 0 })
    replayed({ text, days }, ending.signal, (next) => {
      if (!ending.signal.aborted) setState(next)
    }).catch((error: unknown) => {
      if (!ending.signal.aborted) setState({ phase: 'failed', text, days, error: asApiError(error) })
    })
  }
  return { state, run, stop }
}

async function replayed(
  { text, days }: Asked,
  signal: AbortSignal,
  told: (state: SimulationState) => void,
): Promise<void> {
  const since = new Date(Date.now() - days * DAY_MS).toISOString()
  for await (const { read, result } of api.stream('policy.simulate', { text, since, limit: FLIPS }, { signal }))
    told(
      result === null
        ? { phase: 'running', text, days, read }
        : { phase: 'done', text, days, result, at: new Date().toISOString() },
    )
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError('daemon.unreachable', 'the gateway stopped before it was done', { cause: error })
}
