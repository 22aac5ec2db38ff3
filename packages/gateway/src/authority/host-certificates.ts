import { existsSync, readFileSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { ACTOR_GATEWAY } from '@sallyport/audit'
import {
  type Certificate,
  decodePlainKey,
  fingerprint,
  formatPublicKey,
  isCertificate,
  isPrincipal,
  isSignedBy,
  parsePublicKey,
  type Signer,
  samePublicKey,
  withCertificate,
} from '@sallyport/ssh/keys'
import { canonicalAddress } from '../defence/network.ts'
import type { HostKeyRing } from '../state/host-key-ring.ts'
import type { HostKey } from '../state/host-keys.ts'
import { writePrivateFile } from '../state/private-file.ts'
import type { CertificateService } from './certificate-service.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** Life of a certificate of the gateway's own, and how long before its end the next one is made. */
const LIFE_SECONDS = (30 * DAY_MS) / 1000
const RENEW_BEFORE_MS = 10 * DAY_MS
/** How often the ends are looked at. */
export const HOST_CERTIFICATE_CHECK_MS = 60 * 60 * 1000
/** Most addresses of this machine that are certified: a host of containers has hundreds. */
const ADDRESSES_MAX = 16

export interface HostCertificatesParts {
  readonly ring: HostKeyRing
  readonly certificates: Pick<CertificateService, 'authorities' | 'issueHost'>
  /** `ssh.hostname`; empty where it is not set. */
  readonly hostname: () => string
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/**
 * Certificates of the gateway's own host keys by its own host authority, for whoever has that authority in known_hosts.
 * They lie beside the keys, as `ssh-keygen` would put them.
 */
export class HostCertificates {
  readonly #parts: HostCertificatesParts
  #certified: readonly { readonly certificate: Certificate; readonly signer: Signer }[] = []
  #running: Promise<void> | undefined

  constructor(parts: HostCertificatesParts) {
    this.#parts = parts
  }

  /** What clients are shown: keys with certificates that are valid now, then the keys themselves. */
  signers(): readonly Signer[] {
    const { ring, now } = this.#parts
    const seconds = BigInt(Math.floor(now() / 1000))
    const active = ring.active.map(({ key }) => key)
    const certified = this.#certified
      .filter(({ certificate }) => seconds < certificate.validBefore)
      .filter(({ certificate }) => active.some(({ publicKey }) => samePublicKey(publicKey, certificate.key)))
    return [...certified.map(({ signer }) => signer), ...active]
  }

  /** Keys that clients are told of without being shown them. */
  others(): readonly Signer[] {
    return this.#parts.ring.held.filter(({ state }) => state !== 'active').map(({ key }) => key)
  }

  /** Makes what is missing, about to end, or signed by an authority that no longer signs. */
  async ensure(): Promise<void> {
    // One after the other: two at once would each make one.
    const before = this.#running
    const next = (async () => {
      await before?.catch(() => {})
      await this.#ensure()
    })()
    this.#running = next
    await next
  }

  async #ensure(): Promise<void> {
    const { ring, certificates } = this.#parts
    const row = (await certificates.authorities()).find(({ kind, state }) => kind === 'host' && state === 'active')
    if (row === undefined) throw new Error('there is no active host authority')
    const authority = decodePlainKey(row.publicKey)
    const names = ownNames(this.#parts.hostname())
    const certified = []
    for (const held of ring.active) {
      const found = this.#read(held)
      const good =
        found !== undefined &&
        isSignedBy(found, authority) &&
        Number(found.validBefore) * 1000 - this.#parts.now() > RENEW_BEFORE_MS &&
        names.every((name) => found.principals.includes(name))
      const certificate = good ? found : await this.#issue(held, names)
      certified.push({ certificate, signer: withCertificate(held.key, certificate) })
    }
    this.#certified = certified
  }

  async #issue(held: HostKey, names: readonly string[]): Promise<Certificate> {
    const certificate = await this.#parts.certificates.issueHost({
      actor: ACTOR_GATEWAY,
      subject: names[0] ?? '',
      key: held.key.publicKey,
      names,
      seconds: LIFE_SECONDS,
    })
    writePrivateFile(`${held.path}-cert.pub`, `${formatPublicKey(certificate, `sallyport ${names[0] ?? ''}`)}\n`)
    return certificate
  }

  /** The certificate beside a key, where there is one for that very key; a file that cannot be read is made anew. */
  #read({ key, path, fingerprint: print }: HostKey): Certificate | undefined {
    const file = `${path}-cert.pub`
    if (!existsSync(file)) return undefined
    try {
      const { key: found } = parsePublicKey(readFileSync(file, 'utf8'))
      if (!isCertificate(found) || found.kind !== 'host' || fingerprint(found.key) !== print) return undefined
      return samePublicKey(found.key, key.publicKey) ? found : undefined
    } catch {
      return undefined
    }
  }
}

/** Names and addresses by which clients may call this gateway; the first is the one it goes by. */
export function ownNames(configured: string): readonly string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    // Addresses of one link, which nobody can call without naming the link.
    .filter(({ address }) => !address.toLowerCase().startsWith('fe80:'))
    .map(({ address }) => canonicalAddress(address) ?? '')
    .filter((address) => address !== '')
    .slice(0, ADDRESSES_MAX)
  const names = [configured, hostname(), 'localhost', '127.0.0.1', '::1', ...addresses]
  return [...new Set(names.filter((name) => name !== '').map((name) => name.toLowerCase()))].filter((name) =>
    isPrincipal(name, 'host'),
  )
}
