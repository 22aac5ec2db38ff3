import { glob, readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import type { TargetInput } from '@sallyport/api'
import { isTargetName } from '@sallyport/model'
import { type KnownHosts, knownKeysOf, parseKnownHosts } from '@sallyport/ssh/keys'
import { ownHome } from '../own-home.ts'
import { type ConfigHost, configHosts } from './ssh-config-file.ts'

const SSH_PORT = 22

export interface ImportedTargets {
  readonly targets: readonly TargetInput[]
  /** Hosts that became no target, and why. */
  readonly left: readonly { readonly name: string; readonly why: string }[]
}

/** Makes targets of the hosts an ssh_config names, with the keys that a known_hosts text has for them. */
export async function targetsFromSshConfig(
  path: string,
  text: string,
  knownHostsText: string,
): Promise<ImportedTargets> {
  const known = parseKnownHosts(knownHostsText)
  const targets = new Map<string, TargetInput>()
  const left: { name: string; why: string }[] = []
  for (const host of await configHosts(text, (pattern) => readIncluded(path, pattern))) {
    const name = host.name.toLowerCase()
    const why = reasonAgainst(name, host, targets)
    if (why === undefined) targets.set(name, asTarget(name, host, known))
    else left.push({ name: host.name, why })
  }
  return { targets: [...targets.values()], left }
}

function reasonAgainst(name: string, host: ConfigHost, taken: ReadonlyMap<string, TargetInput>): string | undefined {
  if (host.proxyCommand) return 'it is reached by a ProxyCommand, not by an address'
  if (!isTargetName(name)) return 'its name cannot be a target’s'
  if (taken.has(name)) return 'another host differs from it only by upper and lower case'
  return undefined
}

function asTarget(name: string, host: ConfigHost, known: KnownHosts): TargetInput {
  const address = (host.hostName ?? host.name).toLowerCase()
  const port = host.port ?? SSH_PORT
  // An alias stands in known_hosts without the port.
  const listedAs =
    host.hostKeyAlias === undefined
      ? { host: address, port }
      : { host: host.hostKeyAlias.toLowerCase(), port: SSH_PORT }
  const keys = knownKeysOf(known, listedAs).map((key) => `${key.type} ${key.blob.toBase64()}`)
  return { name, address, port, host_keys: [...new Set(keys)] }
}

/** Include resolves as in ssh: `~` is home, other relative paths lie beside the user's own config. */
async function readIncluded(configPath: string, pattern: string): Promise<string[]> {
  const expanded = pattern.startsWith('~/') ? join(ownHome(), pattern.slice(2)) : pattern
  const absolute = isAbsolute(expanded) ? expanded : join(dirname(configPath), expanded)
  const texts: string[] = []
  for (const path of (await Array.fromAsync(glob(absolute))).sort())
    texts.push(await readFile(path, 'utf8').catch(() => ''))
  return texts
}
