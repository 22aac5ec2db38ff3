import type { SshConfig } from '@sallyport/api'
import { CommandError } from './command-error.ts'

const SSH_PORT = 22
/** What ssh takes for a host or user on a line without quoting: anything else could end the line or begin an option (V-E16). */
const SAFE = /^[A-Za-z0-9_][A-Za-z0-9_.:@+-]*$/

export interface RenderedSshConfig {
  readonly ssh_config: string
  readonly known_hosts: string
}

/** Lines for ~/.ssh/config and known_hosts. Throws where a name would not survive being written there. */
export function renderSshConfig(
  facts: SshConfig,
  options: { gateway: string; user: string | undefined },
): RenderedSshConfig {
  const { gateway, user } = options
  requireSafe('gateway', gateway)
  if (user !== undefined) requireSafe('user', user)
  const port = facts.listeners.find(({ name }) => name === 'ssh')?.port ?? SSH_PORT
  const names = facts.targets.map(({ name }) => name)
  for (const name of names) requireSafe('target', name)
  const stanza = [
    '# Written by `sallyport ssh-config`; put `Include sallyport.conf` at the top of ~/.ssh/config.',
    'Host sallyport',
    `  HostName ${gateway}`,
    `  Port ${port}`,
    ...(user === undefined ? [] : [`  User ${user}`]),
    ...(names.length === 0 ? [] : ['', `Host ${names.join(' ')}`, '  ProxyJump sallyport']),
    ...facts.targets
      .filter((target) => target.port !== SSH_PORT)
      .flatMap((target) => ['', `Host ${target.name}`, `  Port ${target.port}`]),
  ]
  const host = port === SSH_PORT ? gateway : `[${gateway}]:${port}`
  return {
    ssh_config: stanza.map((line) => `${line}\n`).join(''),
    known_hosts: facts.host_keys.map(({ line }) => `${host} ${line}\n`).join(''),
  }
}

function requireSafe(what: string, text: string): void {
  if (!SAFE.test(text)) {
    throw new CommandError('usage.invalid', `the ${what} “${text}” cannot stand in an ssh_config`, {
      fix: 'use letters, digits and . _ - : @ + only',
    })
  }
}
