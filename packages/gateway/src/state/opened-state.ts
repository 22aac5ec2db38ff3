import type { Config } from '../config/settings.ts'
import type { GatewayOptions } from '../gateway-options.ts'
import type { Log } from '../ops/log-writer.ts'
import { type OpenState, openState } from './open-state.ts'
import { statePaths } from './state-directory.ts'

/** Opens the state as the options say. Throws GatewayError. */
export function openedState(
  { stateDirectory, environment = {} }: GatewayOptions,
  config: Config,
  log: Log,
  madeDirectory: boolean,
): Promise<OpenState> {
  return openState({
    paths: statePaths(stateDirectory),
    madeDirectory,
    config,
    environment,
    onCheckpointFailure: (error) => log.failure('could not sign the end of the audit log', error),
    acceptRollback: environment['SALLYPORT_ACCEPT_AUDIT_ROLLBACK'] === 'yes',
  })
}
