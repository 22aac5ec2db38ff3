import type { SocketAddress } from '../config/socket-address.ts'
import { gatewayName } from '../control/daemon.ts'
import type { HostKey } from './host-keys.ts'
import { type FirstStart, keyText } from './open-state.ts'

export interface GreetingFacts {
  readonly version: string
  readonly stateDirectory: string
  readonly hostKeys: readonly HostKey[]
  readonly firstStart: FirstStart
  /** Some user has a key. */
  readonly anyKey: boolean
  /** Name for the missing key: some admin's. */
  readonly admin: string
  /** Where the SSH door listens; empty where it does not (yet). */
  readonly addresses: readonly SocketAddress[]
  readonly hostname: string
  /** Where the console is; undefined where it is served nowhere. */
  readonly console?: {
    readonly origin: string
    /** SHA-256 of a certificate that browsers do not know; undefined for one that they do. */
    readonly fingerprint: string | undefined
    /** While nobody can sign in to the console: the first owner's one-time link, or who may have one made. */
    readonly setup: { readonly url: string } | { readonly by: string } | undefined
  }
}

/** What whoever starts the gateway reads: what there is, and what to type next. */
export function greeting(facts: GreetingFacts): string {
  const { version, stateDirectory, hostKeys, firstStart, addresses } = facts
  const { owner } = firstStart
  const listens = addresses.map(({ address, port }) =>
    address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
  )
  const lines = [`Sallyport ${version}${addresses.length === 0 ? ' is set up.' : ' is ready.'}`, '']
  if (listens.length > 0) lines.push(row('listens', listens.join(', ')))
  lines.push(row('state', `${stateDirectory}${firstStart.directory ? ' (made just now)' : ''}`))
  for (const { key, fingerprint } of hostKeys.slice(0, 1))
    lines.push(row('host key', `${fingerprint} (${key.publicKey.type})`))
  if (facts.console !== undefined) {
    const { origin, fingerprint } = facts.console
    lines.push(row('console', origin))
    if (fingerprint !== undefined) lines.push(row('', `self-signed, SHA-256 ${fingerprint}`))
  }
  if (owner !== undefined) {
    const [first, ...more] = owner.keys.map(keyText)
    lines.push(
      row('owner', `${owner.user.name}, ${owner.keys.length === 1 ? '1 key' : `${owner.keys.length} keys`} found`),
    )
    for (const key of [first, ...more]) if (key !== undefined) lines.push(row('', key))
  }
  lines.push('')
  if (!facts.anyKey) {
    lines.push(
      'Nobody can sign in yet: no public key was found in the ssh-agent or in ~/.ssh. Add one:',
      `  npx sallyport key add ${facts.admin} ~/.ssh/id_ed25519.pub     (make one first: ssh-keygen -t ed25519)`,
      '',
    )
  }
  const port = addresses[0]?.port ?? 2222
  if (addresses.length === 0) {
    lines.push('Start it with', '  npx sallyport up', '')
  } else {
    lines.push(
      'Try it in another terminal',
      command(`ssh -J localhost:${port} LOGIN@SERVER`, 'your keys, now through the gateway'),
      command(`ssh -p ${port} localhost`, 'who you are, and what you may reach'),
      command('npx sallyport session ls', 'who is on, and where'),
      command('npx sallyport audit tail --follow', 'what happens'),
      '',
    )
    const setup = facts.console?.setup
    if (setup !== undefined && 'url' in setup)
      lines.push(
        'Then the console: open this within 15 minutes, once. Your browser will ask about the certificate',
        `  ${setup.url}`,
        '',
      )
    // A link that signs the owner in is nothing for a journal.
    if (setup !== undefined && 'by' in setup)
      lines.push('Then the console: make a link that works once', `  npx sallyport user invite ${setup.by}`, '')
    lines.push(
      `From elsewhere it is ${gatewayName(facts.hostname)}:${port}. Give others a way in: npx sallyport user add NAME --help`,
      '',
    )
  }
  return lines.join('\n')
}

const COMMAND_WIDTH = 40

function command(line: string, meaning: string): string {
  return `  ${line.padEnd(COMMAND_WIDTH)}${meaning}`
}

function row(title: string, value: string): string {
  return `  ${title.padEnd(10)}${value}`
}
