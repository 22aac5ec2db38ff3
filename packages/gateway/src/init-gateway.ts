import { RosterKeeper } from './access/roster.ts'
import { loadConfig } from './config/load-config.ts'
import type { GatewayOptions } from './gateway-options.ts'
import { createLog } from './ops/log-writer.ts'
import { lockState } from './state/daemon-lock.ts'
import { greetingOf } from './state/greeting-of.ts'
import { openedState } from './state/opened-state.ts'
import { explained } from './state/start-failure.ts'
import { createPrivateDirectory, requirePrivate, statePaths } from './state/state-directory.ts'

export interface InitResult {
  readonly state_dir: string
  readonly config_file: string
  /** Whether anything was missing. */
  readonly made: boolean
  readonly owner: string | null
  readonly keys: number
  /** What to read and type next. */
  readonly text: string
}

/** Makes the state, keys, policy and first owner where they are missing, and does not start. Throws GatewayError. */
export function initGateway(options: GatewayOptions): Promise<InitResult> {
  return explained(options.stateDirectory, () => init(options))
}

async function init(options: GatewayOptions): Promise<InitResult> {
  const paths = statePaths(options.stateDirectory)
  const madeDirectory = createPrivateDirectory(paths.directory)
  requirePrivate(paths.directory, 'state directory')
  using _lock = lockState(paths.lock)
  const { config } = loadConfig({ stateDirectory: options.stateDirectory, environment: options.environment ?? {} })
  const log = createLog({ level: 'error', format: 'text', write: (line) => void process.stderr.write(line) })
  await using state = await openedState(options, config, log, madeDirectory)
  await using roster = await RosterKeeper.open(state.store, (what, error) => log.failure(`could not ${what}`, error))
  const { hostKeys, policy, owner } = state.firstStart
  return {
    state_dir: paths.directory,
    config_file: paths.config,
    made: hostKeys > 0 || policy || owner !== undefined,
    owner: owner?.user.name ?? null,
    keys: owner?.keys.length ?? 0,
    text: greetingOf(state, roster, config, [], paths.directory),
  }
}
