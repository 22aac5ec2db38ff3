import type { ApiError, CallRouteName, RouteInput, RouteName, RouteOutput } from '@sallyport/api'
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from './api.ts'
import { withFreshProof } from './fresh-proof.ts'

/** What an act may change: names of the questions whose answers are asked for again. */
export interface ActSettings<Name extends RouteName> {
  readonly changes?: readonly RouteName[]
  /** Told when it is done and the new answers are there, also where they have taken the asking part off the page. */
  readonly done?: (output: RouteOutput<Name>) => void
}

/**
 * Does something at the gateway. Questions of the same noun (`user.…` after `user.add`), and those named, are asked again.
 * Where the gateway wants a newer proof of who asks, the person is asked for it and the act is repeated.
 */
export function useAct<Name extends CallRouteName>(
  name: Name,
  { changes = [], done }: ActSettings<Name> = {},
): UseMutationResult<RouteOutput<Name>, ApiError, RouteInput<Name>> {
  const client = useQueryClient()
  const noun = `${name.slice(0, name.indexOf('.'))}.`
  return useMutation<RouteOutput<Name>, ApiError, RouteInput<Name>>({
    mutationFn: (input) =>
      withFreshProof(() => (api.call as (name: Name, input: unknown) => Promise<RouteOutput<Name>>)(name, input)),
    onSuccess: async (output) => {
      await client.invalidateQueries({
        predicate: ({ queryKey: [asked] }) =>
          typeof asked === 'string' && (asked.startsWith(noun) || changes.some((each) => each === asked)),
      })
      done?.(output)
    },
  })
}
