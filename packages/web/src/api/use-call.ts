import type { ApiError, CallRouteName, RouteInput, RouteOutput } from '@sallyport/api'
import { queryOptions, type UseQueryResult, useQuery } from '@tanstack/react-query'
import { api } from './api.ts'

/** How a page's question is asked of the gateway and kept; the key is the route's name and its input. */
export function callOptions<Name extends CallRouteName>(name: Name, input?: RouteInput<Name>) {
  return queryOptions<RouteOutput<Name>, ApiError>({
    queryKey: [name, input ?? {}],
    // The table ties input to name; the overload for routes without input cannot see it through a type parameter.
    queryFn: ({ signal }) =>
      (api.call as (name: Name, input: unknown, options: { signal: AbortSignal }) => Promise<RouteOutput<Name>>)(
        name,
        input ?? {},
        { signal },
      ),
  })
}

export interface CallSettings {
  /** How often it is asked again by itself, in milliseconds. */
  readonly everyMs?: number
  /** False: not yet. */
  readonly when?: boolean
  /** Asked once: the answer stays while the page is open. */
  readonly keep?: boolean
}

/** Asks the gateway, and keeps the answer while the page shows it. */
export function useCall<Name extends CallRouteName>(
  name: Name,
  input?: RouteInput<Name>,
  { everyMs, when, keep }: CallSettings = {},
): UseQueryResult<RouteOutput<Name>, ApiError> {
  return useQuery({
    ...callOptions(name, input),
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
    ...(when === undefined ? {} : { enabled: when }),
    ...(keep === true ? { staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false } : {}),
  })
}
