import type { SshConfig } from '@sallyport/api'
import { CommandError } from '../command-error.ts'

const SSH_PORT = 22
/**
 * What may stand in an ssh_config and known_hosts without quotes. A line end would begin another option, a space another
 * pattern, `%` a token, `*` `?` `!` a wildcard, `,` another name, a first `-` an option of ssh (V-E16).
 */
const SAFE_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9_.:+@-]*[A-Za-z0-9_.])?$/
/** `type base64`. */
const KEY_LINE = /^[a-z0-9][a-z0-9@.-]* [A-Za-z0-9+/]+={0,2}$/
/** What may stand between double quotes: no quote, no token (`%`), nothing for the shell that `exec` runs. */
const SAFE_PATH = /^\/[^\p{C}\p{Zl}\p{Zp}"'`$%\\!]*$/u

/** How the certificate gets in: nothing of it where there is none. */
export interface CertificateUse {
  /** Absolute paths. */
  readonly key: string
  readonly certificate: string
  /** Keys that ssh would use by itself, which naming another one would make it leave out. */
  readonly otherKeys: readonly string[]
  /** `sallyport`, as a path, and the gateway it is for. */
  readonly command: string
  readonly server: string
}

export interface SshConfigOptions {
  /** What `ssh` calls the gateway. */
  readonly name: string
  /** Names that mean something of another gateway: a target that has one is called `target.NAME` here. */
  readonly taken?: ReadonlySet<string>
  /** By which name or address clients reach the gateway. */
  readonly gateway: string
  readonly user: string | undefined
  /** Files of host keys, ssh's own first: that is where it adds some. Undefined: ssh's own alone. */
  readonly knownHostsFiles?: readonly string[]
  readonly certificate?: CertificateUse
}

export interface RenderedSshConfig {
  readonly ssh_config: string
  readonly known_hosts: string
}

/** Lines for ~/.ssh/config and known_hosts. Throws where a name would mean something else when written there. */
export function renderSshConfig(facts: SshConfig, options: SshConfigOptions): RenderedSshConfig {
  const { name: alias, gateway, user, certificate, knownHostsFiles = [] } = options
  requireSafe('gateway’s name', alias, SAFE_NAME)
  requireSafe('gateway’s name', gateway, SAFE_NAME)
  if (user !== undefined) requireSafe('user', user, SAFE_NAME)
  for (const { name } of facts.targets) requireSafe('target', name, SAFE_NAME)
  for (const { line } of facts.host_keys) requireSafe('host key', line, KEY_LINE)
  for (const line of facts.authorities) requireSafe('host authority', line, KEY_LINE)
  const port = facts.listeners.find(({ name }) => name === 'ssh')?.port ?? SSH_PORT
  const taken = new Set([...(options.taken ?? []), alias])
  const targets = facts.targets.map(({ name, port }) => ({
    name: taken.has(name) ? `${name}.${alias}` : name,
    own: name,
    port,
  }))
  const names = targets.map(({ name }) => name)
  const known = knownHostsFiles.length === 0 ? [] : [`  UserKnownHostsFile ${knownHostsFiles.map(quoted).join(' ')}`]
  const renewedFor = [alias, ...(taken.has(gateway) ? [] : [gateway]), ...names]
  const stanza = [
    ...(certificate === undefined ? [] : certificateLines(renewedFor, certificate)),
    `Host ${alias}`,
    `  HostName ${gateway}`,
    `  Port ${port}`,
    ...(user === undefined ? [] : [`  User ${user}`]),
    ...known,
    ...(names.length === 0 ? [] : ['', `Host ${names.join(' ')}`, `  ProxyJump ${alias}`, ...known]),
    ...targets.flatMap((target) => {
      const lines = [
        ...(target.name === target.own ? [] : [`  HostName ${target.own}`, `  HostKeyAlias ${target.own}`]),
        ...(target.port === SSH_PORT ? [] : [`  Port ${target.port}`]),
      ]
      return lines.length === 0 ? [] : ['', `Host ${target.name}`, ...lines]
    }),
  ]
  const gatewayNames = port === SSH_PORT ? gateway : `[${gateway}]:${port}`
  const vouched = [gatewayNames, ...facts.targets.map((target) => hostPattern(target.name, target.port))]
  const authorities = facts.authorities.flatMap((line) => vouched.map((host) => `@cert-authority ${host} ${line}\n`))
  return {
    ssh_config: stanza.map((line) => `${line}\n`).join(''),
    known_hosts: [...authorities, ...facts.host_keys.map(({ line }) => `${gatewayNames} ${line}\n`)].join(''),
  }
}

/** `Match host` comes before `HostName` changes what it is compared with. */
function certificateLines(hosts: readonly string[], use: CertificateUse): string[] {
  if (!SAFE_PATH.test(use.command)) throw unsafe('command', use.command)
  // Origins of URLs have neither quotes nor spaces; a shell reads them between single quotes.
  const renew = `'${use.command}' cert renew --if-needed --quiet --server '${use.server}'`
  return [
    `Match host ${hosts.join(',')} exec "${renew}"`,
    `  CertificateFile ${quoted(use.certificate)}`,
    ...[use.key, ...use.otherKeys].map((path) => `  IdentityFile ${quoted(path)}`),
    '',
  ]
}

/** How ssh looks a host up in known_hosts. */
function hostPattern(name: string, port: number): string {
  return port === SSH_PORT ? name : `[${name}]:${port},${name}`
}

function quoted(path: string): string {
  if (!SAFE_PATH.test(path)) throw unsafe('path', path)
  return `"${path}"`
}

function requireSafe(what: string, text: string, form: RegExp): void {
  if (!form.test(text)) throw unsafe(what, text)
}

function unsafe(what: string, text: string): CommandError {
  return new CommandError('usage.invalid', `the ${what} “${text}” cannot stand in an ssh_config`, {
    fix:
      what === 'path' || what === 'command'
        ? 'use a home without quotes and % in its name'
        : 'use letters, digits and . _ - : @ + only',
  })
}
