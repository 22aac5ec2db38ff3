import { ApiError } from '@sallyport/api'
import type { CommandContext } from './command-context.ts'
import { CommandError } from './command-error.ts'

/** The configuration of this machine's gateway, as a file that a command may change. */
export interface LocalConfig {
  readonly place: {
    readonly stateDirectory: string
    readonly environment: Readonly<Record<string, string | undefined>>
    readonly file?: string
  }
  readonly running: boolean
  /** Where providers send people back to, as the running gateway says. */
  readonly redirectUri: string | undefined
}

const PROVIDERS = 'oidc.providers'

/** Finds it: the file that the running gateway reads, else the state directory's own. Throws CommandError away from the gateway's machine. */
export async function findConfig(context: CommandContext): Promise<LocalConfig> {
  const { remote, signal, verbatimDaemon, stateDirectory, terminal } = context
  if (remote !== undefined) {
    throw new CommandError('usage.invalid', 'this works on the gateway’s own machine only', {
      why: 'providers stand in its sallyport.toml, and its secrets beside it',
      fix: 'there, as who runs it, add --local',
    })
  }
  const place = { stateDirectory, environment: terminal.environment }
  const running = await verbatimDaemon.call('daemon.config', {}, { signal }).catch((error: unknown) => {
    if (error instanceof ApiError && error.reason === 'daemon.unreachable') return undefined
    throw error
  })
  if (running === undefined) return { place, running: false, redirectUri: undefined }
  const { file, settings } = running
  const origin = settings.find(({ key }) => key === PROVIDERS)?.origin ?? 'default'
  if (/^(?:flag|environment )/.test(origin)) {
    throw new CommandError('usage.invalid', `the running gateway has its providers from its ${origin}`, {
      why: 'that wins over the file',
      fix: 'change them there, or take them away there and restart the gateway',
    })
  }
  const { redirect_uri: redirectUri } = await verbatimDaemon.call('idp.list', {}, { signal })
  return { place: { ...place, ...(file === null ? {} : { file }) }, running: true, redirectUri }
}

/** Puts what was written into force; whether a gateway runs. */
export async function reloadIfRunning({ daemon, signal }: CommandContext, { running }: LocalConfig): Promise<boolean> {
  if (running) await daemon.call('daemon.reload', {}, { signal })
  return running
}
