import type { GlobalOptions } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import { type Profile, Profiles } from './profiles.ts'
import { parseFingerprint, parseServerUrl } from './server-url.ts'

/** The gateway at the other end of HTTPS, and as whom. */
export interface Remote {
  readonly profile: Profile
  readonly profiles: Profiles
  /** `SALLYPORT_TOKEN`, else that of the session; undefined where nobody signed in. */
  readonly token: string | undefined
}

type Asked = Pick<GlobalOptions, 'state' | 'server' | 'fingerprint' | 'local'>

/**
 * Which gateway a command means: what its flags say, then SALLYPORT_SERVER, then SALLYPORT_STATE, then the one that was
 * signed in to last. Undefined: this machine's, through the control socket.
 */
export function chooseGateway(
  { state, server, fingerprint, local }: Asked,
  environment: Readonly<Record<string, string | undefined>>,
): Remote | undefined {
  const socket = local || state !== undefined
  if (socket && server !== undefined) {
    throw new CommandError('usage.invalid', `--server and ${local ? '--local' : '--state'} name two gateways`, {
      fix: 'give one of them',
    })
  }
  if (socket) return undefined
  const named = server ?? given(environment['SALLYPORT_SERVER'])
  if (named === undefined && given(environment['SALLYPORT_STATE']) !== undefined) return undefined
  const profiles = new Profiles(environment)
  const origin = named === undefined ? undefined : parseServerUrl(named)
  const saved = origin === undefined ? profiles.current() : profiles.get(origin)
  const url = origin ?? saved?.server
  if (url === undefined) return undefined
  const pin = fingerprint ?? given(environment['SALLYPORT_FINGERPRINT'])
  return {
    profile: { server: url, fingerprint: pin === undefined ? saved?.fingerprint : parseFingerprint(pin) },
    profiles,
    token: given(environment['SALLYPORT_TOKEN']) ?? profiles.session(url)?.token,
  }
}

/** An empty variable is one that was not set. */
function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
