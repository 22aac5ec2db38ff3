export { DENIALS, type DenialName } from './access/denial-codes.ts'
export { configReference } from './config/config-reference.ts'
export { type ConfigOrigin, type ConfigSources, type LoadedConfig, loadConfig } from './config/load-config.ts'
export type { Config } from './config/settings.ts'
export type { SocketAddress } from './config/socket-address.ts'
export { GATEWAY_ERRORS, GatewayError, type GatewayErrorName } from './gateway-error.ts'
export {
  type Gateway,
  type GatewayOptions,
  type InitResult,
  initGateway,
  runGateway,
  startGateway,
  VERSION,
} from './main.ts'
export { type StatePaths, statePaths } from './state/state-directory.ts'
