import { ApiError, createClient } from '@sallyport/api'
import { alone } from '../alone.ts'
import type { CommandContext } from '../command-context.ts'
import { guardedTransport } from '../guarded-transport.ts'
import { httpsTransport } from '../remote/https-transport.ts'
import type { Profile, Profiles } from '../remote/profiles.ts'
import { agentSocket, requireRemote } from './person.ts'
import { forgetKeys } from './renew-certificate.ts'

export interface LoggedOut {
  readonly server: string
  /** Whether the gateway was told; without, its session ends by itself. */
  readonly told: boolean
}

/** Ends the session at the gateway, and forgets token, key and certificate here in any case. */
export async function logout(context: CommandContext, { all }: { readonly all: boolean }): Promise<LoggedOut[]> {
  const { profiles, profile } = requireRemote(context)
  const ended: LoggedOut[] = []
  for (const each of all ? profiles.list() : [profile]) {
    const one = await signOut(context, profiles, each)
    if (one !== undefined) ended.push(one)
  }
  return ended
}

async function signOut(context: CommandContext, profiles: Profiles, profile: Profile): Promise<LoggedOut | undefined> {
  const { server } = profile
  if (profiles.session(server) === undefined) return undefined
  const paths = profiles.paths(server)
  // Here first: what the gateway does not hear of must still be gone from this machine. A renewal or a sign-in under way ends
  // before; it is its session that ends then.
  const session = await alone(paths.lock, context.signal, async () => {
    const kept = profiles.session(server)
    await forgetKeys(agentSocket(context), paths)
    profiles.signOut(server)
    return kept
  })
  if (session === undefined) return undefined
  const { token } = session
  const { environment } = context.terminal
  const transport = httpsTransport({ ...profile, token, environment })
  const api = createClient(guardedTransport(transport, context.options.timeoutMs))
  const told = await api.call('auth.sign-out', {}, { signal: context.signal }).then(
    () => true,
    (error: unknown) => {
      if (context.signal.aborted) throw error
      // It had ended before.
      if (error instanceof ApiError && error.reason === 'caller.unknown') return true
      context.note(`${server} was not told: ${error instanceof Error ? error.message : String(error)}`)
      return false
    },
  )
  return { server, told }
}
