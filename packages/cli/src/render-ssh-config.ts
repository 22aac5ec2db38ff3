import type { SshConfig } from '@sallyport/api'
import { CommandError } from './command-error.ts'

const SSH_PORT = 22
/**
 * What may stand in an ssh_config and known_hosts without quotes. A line end would begin another option, a space another
 * pattern, `%` a token, `*` `?` `!` a wildcard, `,` another name, a first `-` an option of ssh (V-E16).
 */
const SAFE_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9_.:+@-]*[A-Za-z0-9_.])?$/
/** `type base64`. */
const KEY_LINE = /^[a-z0-9][a-z0-9@.-]* [A-Za-z0-9+/]+={0,2}$/

export interface RenderedSshConfig {
  readonly ssh_config: string
  readonly known_hosts: string
}

/** Lines for ~/.ssh/config and known_hosts. Throws where a name would mean something else when written there. */
export function renderSshConfig(
  facts: SshConfig,
  options: { readonly gateway: string; readonly user: string | undefined },
): RenderedSshConfig {
  const { gateway, user } = options
  requireSafe('gateway’s name', gateway, SAFE_NAME)
  if (user !== undefined) requireSafe('user', user, SAFE_NAME)
  for (const { name } of facts.targets) requireSafe('target', name, SAFE_NAME)
  for (const { line } of facts.host_keys) requireSafe('host key', line, KEY_LINE)
  const port = facts.listeners.find(({ name }) => name === 'ssh')?.port ?? SSH_PORT
  const names = facts.targets.map(({ name }) => name)
  const stanza = [
    '# Made by `sallyport ssh-config`. In ~/.ssh/config, at the top:  Include sallyport.conf',
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

function requireSafe(what: string, text: string, form: RegExp): void {
  if (!form.test(text)) {
    throw new CommandError('usage.invalid', `the ${what} “${text}” cannot stand in an ssh_config`, {
      fix: 'use letters, digits and . _ - : @ + only',
    })
  }
}
