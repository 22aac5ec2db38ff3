import { type ApiClient, ApiError } from '@sallyport/api'
import { nearestName } from './nearest-name.ts'

/** What was not found, the field of the request that named it, and where its names are. */
const NAMED: Readonly<
  Record<string, { readonly field: string; readonly names: (client: ApiClient) => Promise<readonly string[]> }>
> = {
  'user.not-found': {
    field: 'user',
    names: async (client) => (await client.call('user.list')).users.map(({ name }) => name),
  },
  'target.not-found': {
    field: 'target',
    names: async (client) => (await client.call('target.list')).targets.map(({ name }) => name),
  },
}

/** A client that asks “did you mean …?” where a user or target is not found and another one has nearly that name. */
export function suggestingClient(client: ApiClient): ApiClient {
  return {
    ...client,
    async call(...parameters) {
      try {
        return await client.call(...parameters)
      } catch (error) {
        const [, input] = parameters
        throw await withSuggestion(error, (input ?? {}) as Readonly<Record<string, unknown>>, client)
      }
    },
  }
}

async function withSuggestion(
  error: unknown,
  input: Readonly<Record<string, unknown>>,
  client: ApiClient,
): Promise<unknown> {
  if (!(error instanceof ApiError) || !Object.hasOwn(NAMED, error.reason)) return error
  const named = NAMED[error.reason]
  const typed = named === undefined ? undefined : input[named.field]
  if (named === undefined || typeof typed !== 'string') return error
  const nearest = nearestName(typed, await named.names(client).catch(() => []))
  if (nearest === undefined) return error
  const { reason, message, why, fix, requestId } = error
  return new ApiError(reason, message, {
    ...(why === undefined ? {} : { why }),
    fix: `did you mean “${nearest}”?${fix === undefined ? '' : ` see: ${fix}`}`,
    ...(requestId === undefined ? {} : { requestId }),
    cause: error,
  })
}
