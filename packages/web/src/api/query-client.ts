import { ApiError } from '@sallyport/api'
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'

/** How long an answer counts as fresh, in milliseconds: a page that is opened again at once does not ask again. */
const FRESH_MS = 5_000
/** How often a gateway that does not answer is asked again. */
const RETRIES = 2

/** Who is signed in is asked again as soon as an answer says that nobody is. */
function signedOut(error: unknown): void {
  if (error instanceof ApiError && error.reason === 'caller.unknown')
    void queryClient.invalidateQueries({ queryKey: ['auth.state'] })
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: signedOut }),
  mutationCache: new MutationCache({ onError: signedOut }),
  defaultOptions: {
    // What a browser thinks of its network says nothing about the way to the gateway: asking tells, waiting would look like reading.
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      staleTime: FRESH_MS,
      // Only silence may pass by itself; a refusal stays one.
      retry: (failures, error) =>
        failures < RETRIES && error instanceof ApiError && error.reason === 'daemon.unreachable',
      throwOnError: false,
    },
  },
})
