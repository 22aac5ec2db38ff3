/** Host key checks for clients, by what a known_hosts file says. */
import { type AlgorithmLists, algorithmProfiles } from '../crypto/algorithm-profiles.ts'
import { SshError } from '../errors.ts'
import { certificateName, type PublicKey, signatureAlgorithmsFor } from '../keys/index.ts'
import {
  type HostAddress,
  type HostKeyVerdict,
  type KnownHosts,
  knownKeysOf,
  lookupHostKey,
} from '../keys/known-hosts.ts'

export interface HostKeyQuestion {
  /** Whom the caller wanted to reach: never where a proxy or jump host stands (V-A22). */
  readonly address: HostAddress
  /** A plain key or a certificate; it has signed this key exchange. */
  readonly key: PublicKey
  readonly algorithm: string
}

/** Exactly `true` accepts; `false`, a throw, or anything else ends the connection before any credential is sent (V-A21). */
export type HostKeyVerifier = (
  question: HostKeyQuestion,
  options: { readonly signal: AbortSignal },
) => boolean | Promise<boolean>

export interface KnownHostsOptions {
  /** The file, read anew for each connection. A throw or rejection refuses the host. */
  readonly knownHosts: () => KnownHosts | Promise<KnownHosts>
  /** Decides on hosts of which the file says nothing; without it they are refused. */
  readonly unknownHost?: HostKeyVerifier
  /** Milliseconds since the epoch, for certificates of hosts. */
  readonly now?: () => number
}

/**
 * Accepts hosts as a known_hosts file lists them, by key or by certificate authority. A changed or revoked key, also one
 * of another type than the listed ones, is refused with SshError `host-key-rejected` (`facts.verdict`): so that a host with
 * several keys shows the listed one, give option `algorithms` of `connectSsh` what `preferKnownHostKeys` makes of the file.
 */
export function knownHostsVerifier(options: KnownHostsOptions): HostKeyVerifier {
  const { now = Date.now } = options
  return async (question, { signal }) => {
    const verdict = lookupHostKey(await options.knownHosts(), question.address, question.key, now())
    if (verdict.result === 'match') return true
    if (verdict.result === 'unknown' && options.unknownHost !== undefined) {
      const answer: unknown = await options.unknownHost(question, { signal })
      if (answer === true) return true
    }
    throw new SshError('host-key-rejected', refusals[verdict.result], { facts: { verdict } })
  }
}

const refusals: Readonly<Record<Exclude<HostKeyVerdict['result'], 'match'>, string>> = {
  mismatch: 'host key is not the one known for this host',
  unknown: 'host is not known',
  revoked: 'host key is revoked',
}

/**
 * The lists with those host key algorithms first under which a known key can be presented, as OpenSSH orders them: so a
 * host with several keys shows the one we know.
 */
export function preferKnownHostKeys(
  known: KnownHosts,
  address: HostAddress,
  lists: AlgorithmLists = algorithmProfiles.modern,
): AlgorithmLists {
  const names = new Set(
    knownKeysOf(known, address).flatMap((key) =>
      signatureAlgorithmsFor(key).flatMap((name) => [certificateName(name), name]),
    ),
  )
  const first = lists.serverHostKey.filter((name) => names.has(name))
  const rest = lists.serverHostKey.filter((name) => !names.has(name))
  return { ...lists, serverHostKey: [...first, ...rest] }
}
