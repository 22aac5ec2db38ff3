import type { ReachableTarget } from '@sallyport/api'
import type { HomeSearch } from './home-search.ts'

export interface Gateway {
  readonly host: string
  readonly port: number
}

const SSH_PORT = 22
/** Ports below are not everybody's to listen on. */
const OWN_PORTS_FROM = 1024
/** What is added to such a port for this side of a forward: 443 is 10443. */
const OWN_PORTS_ADD = 10_000

/** `gw.example.com`, with its port where that is not the usual one. */
export function hopText({ host, port }: Gateway): string {
  return port === SSH_PORT ? host : `${host}:${port}`
}

/** What to type to go there: a login through the gateway, or a forward where only another port is open. */
export function sshCommand(target: ReachableTarget, gateway: Gateway, login: string | undefined): string {
  const { name, port, opened } = target
  if (opened !== port) {
    const here = opened < OWN_PORTS_FROM ? opened + OWN_PORTS_ADD : opened
    const at = gateway.port === SSH_PORT ? '' : `-p ${gateway.port} `
    return `ssh -N -L ${here}:${name}:${opened} ${at}${gateway.host}`
  }
  const to = login === undefined ? name : `${login}@${name}`
  return `ssh -J ${hopText(gateway)} ${port === SSH_PORT ? '' : `-p ${port} `}${to}`
}

/** Lines of ~/.ssh/config after which `ssh NAME` goes there by itself. */
export function sshConfigText(target: ReachableTarget, gateway: Gateway, login: string | undefined): string {
  const lines = [
    `Host ${target.name}`,
    `  ProxyJump ${hopText(gateway)}`,
    ...(target.port === SSH_PORT ? [] : [`  Port ${target.port}`]),
    ...(login === undefined ? [] : [`  User ${login}`]),
  ]
  return `${lines.join('\n')}\n`
}

/** Which logins there are: those the policy names, `root, postgres`, and in words what else. */
export function loginsOf({ logins }: ReachableTarget): { readonly names: string; readonly words: string } {
  if (logins === null) return { names: '', words: 'any login it takes' }
  const names = logins.names.map(({ login }) => login).join(', ')
  if (logins.others === null) return { names, words: names === '' ? 'none' : '' }
  return { names, words: names === '' ? 'any but root' : 'and any but root' }
}

/** Whether using the login is checked from time to time. */
export function isChecked({ logins }: ReachableTarget, login: string | undefined): boolean {
  if (logins === null) return false
  const named = logins.names.find((each) => each.login === login)
  return (named?.action ?? logins.others ?? 'accept') === 'check'
}

/** `22, 5432`; nothing where every port is open. */
export function portsOf({ ports }: ReachableTarget): string | undefined {
  return ports === '*' || ports === '0-65535' ? undefined : ports.replaceAll(',', ', ')
}

export function tagsOf(targets: readonly ReachableTarget[]): readonly string[] {
  return [...new Set(targets.flatMap(({ tags }) => tags))].sort()
}

export function matching(targets: readonly ReachableTarget[], { text, tag }: HomeSearch): readonly ReachableTarget[] {
  const part = text?.toLowerCase()
  return targets.filter(
    ({ name, address, tags }) =>
      (tag === undefined || tags.includes(tag)) &&
      (part === undefined || [name, address, ...tags].some((each) => each.toLowerCase().includes(part))),
  )
}
