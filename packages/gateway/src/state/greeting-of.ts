import { hostname } from 'node:os'
import type { RosterKeeper } from '../access/roster.ts'
import type { Config } from '../config/settings.ts'
import type { SocketAddress } from '../config/socket-address.ts'
import { VERSION } from '../version.ts'
import { type GreetingFacts, greeting } from './greeting.ts'
import type { OpenState } from './open-state.ts'

/** The greeting of a state that is open; `addresses` are empty before the doors are. */
export function greetingOf(
  { hostKeys, firstStart }: OpenState,
  { current }: RosterKeeper,
  config: Config,
  addresses: readonly SocketAddress[],
  stateDirectory: string,
  console?: GreetingFacts['console'],
): string {
  const users = [...current.usersById.values()]
  return greeting({
    version: VERSION,
    stateDirectory,
    hostKeys: hostKeys.active,
    firstStart,
    anyKey: current.keysByFingerprint.size > 0,
    admin: users.find(({ role }) => role === 'owner' || role === 'admin')?.name ?? 'NAME',
    addresses,
    hostname: config.ssh.hostname === '' ? hostname() : config.ssh.hostname,
    ...(console === undefined ? {} : { console }),
  })
}
