import { ApiError, type CallRouteName, type RouteInput, type RouteName, type RouteOutput } from '@sallyport/api'
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from './api.ts'
import { withFreshProof } from './fresh-proof.ts'

/** Statuses of what is not there any more, or is another than the page shows. */
const OUTDATED: ReadonlySet<number> = new Set([404, 409])

/** What an act may change: names of the questions whose answers are asked for again. */
export interface ActSettings<Name extends RouteName> {
  readonly changes?: readonly RouteName[]
  /** It changes nothing at the gateway: it may be asked again whatever became of it. */
  readonly asks?: boolean
  /** Told when it is done and the new answers are there, also where they have taken the asking part off the page. */
  readonly done?: (output: RouteOutput<Name>) => void
}

/**
 * Does something at the gateway. Questions of the same noun (`user.…` after `user.add`), and those named, are asked again.
 * Where the gateway wants a newer proof of who asks, the person is asked for it and the act is repeated. Where no answer came
 * it may have been done: that is said, and the questions are asked again so that it shows; as they are where what the page
 * shows is what the act was refused for.
 */
export function useAct<Name extends CallRouteName>(
  name: Name,
  { changes = [], asks = false, done }: ActSettings<Name> = {},
): UseMutationResult<RouteOutput<Name>, ApiError, RouteInput<Name>> {
  const client = useQueryClient()
  const noun = `${name.slice(0, name.indexOf('.'))}.`
  const askAgain = () =>
    client.invalidateQueries({
      predicate: ({ queryKey: [asked] }) =>
        typeof asked === 'string' && (asked.startsWith(noun) || changes.some((each) => each === asked)),
    })
  return useMutation<RouteOutput<Name>, ApiError, RouteInput<Name>>({
    mutationFn: (input) =>
      withFreshProof(() => (api.call as (name: Name, input: unknown) => Promise<RouteOutput<Name>>)(name, input)).catch(
        (error: unknown) => {
          throw asks ? error : unanswered(error)
        },
      ),
    onSuccess: async (output) => {
      await askAgain()
      done?.(output)
    },
    onError: ({ reason, status }) => {
      if (!asks && (reason === 'daemon.unreachable' || OUTDATED.has(status))) void askAgain()
    },
  })
}

/** What is known of an act that no answer came to. */
function unanswered(error: unknown): unknown {
  if (!(error instanceof ApiError) || error.reason !== 'daemon.unreachable') return error
  return new ApiError('daemon.unreachable', 'the gateway does not answer', {
    why: 'it is restarting, or there is no way to it from here; it may have done this before',
    fix: 'look whether it is done, then try again',
    cause: error,
  })
}
