import type { PolicyReport } from '@sallyport/api'
import { useQuery } from '@tanstack/react-query'
import { callOptions } from '../../api/use-call.ts'
import { useDebounced } from './use-debounced.ts'

/** How long typing pauses before the gateway is asked, in milliseconds. */
const PAUSE_MS = 350

/** What the gateway says of the text: mistakes and tests. Nothing while it is asked about a newer one. */
export function useReport(text: string): PolicyReport | undefined {
  const still = useDebounced(text, PAUSE_MS)
  const { data } = useQuery({ ...callOptions('policy.check', { text: still }), staleTime: Number.POSITIVE_INFINITY })
  return still === text ? data : undefined
}
