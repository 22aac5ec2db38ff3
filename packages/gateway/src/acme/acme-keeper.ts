import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SocketAddress } from '../config/socket-address.ts'
import { GatewayError } from '../gateway-error.ts'
import type { TlsMaterial } from '../http/self-signed.ts'
import { type LoadedTls, loadMaterial, namesAll } from '../http/tls-certificate.ts'
import { writePrivateFile } from '../state/private-file.ts'
import { createPrivateDirectory, requirePrivate } from '../state/state-directory.ts'
import { AccountKey } from './account-key.ts'
import { AcmeClient, type ChallengeType, type ShowAnswer } from './acme-client.ts'
import { acmeRequest } from './acme-request.ts'
import { certificateRequest, challengeCertificate } from './certificate-request.ts'
import { httpChallenge } from './http-challenge.ts'

/** How often the certificate’s age is looked at, in milliseconds. */
const CHECK_MS = 60 * 60 * 1000
/** After a failure: Let’s Encrypt allows five failed validations an hour, and a mistake may last for days. */
const RETRY_MIN_MS = 15 * 60 * 1000
const RETRY_MAX_MS = 12 * 60 * 60 * 1000
/** A certificate is renewed when this part of its life is left. */
const RENEW_AT_PART = 1 / 3

export interface AcmeSettings {
  readonly directory: string
  readonly email: string
  readonly names: readonly string[]
  readonly challenge: ChallengeType
  /** Where http-01 is answered. */
  readonly listen: SocketAddress
  /** PEM file of authorities that the directory's own certificate is checked against; empty: the system's. */
  readonly ca: string
}

export interface AcmeKeeperParts {
  readonly folder: string
  readonly settings: AcmeSettings
  /** Shows a certificate to whoever asks for this name, until it is disposed. */
  readonly present: (name: string, material: TlsMaterial) => Disposable
  /** A certificate has come. */
  readonly renewed: (tls: LoadedTls) => void
  readonly failed: (what: string, error: unknown) => void
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly monotonic: () => number
}

/**
 * Keeps the HTTPS door's certificate fresh from an ACME server. Account key and certificate lie in the state. Whatever goes
 * wrong is told and tried again later; the door goes on with the certificate it has.
 */
export class AcmeKeeper implements AsyncDisposable {
  readonly #parts: AcmeKeeperParts
  readonly #stopping = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #failures = 0
  #current: LoadedTls | undefined

  /** Reads what there is. Throws GatewayError `tls.invalid` for a `ca` that cannot be read. */
  constructor(parts: AcmeKeeperParts) {
    this.#parts = parts
    createPrivateDirectory(parts.folder)
    this.#ca()
    this.#current = this.#read()
  }

  /** The certificate there is, for all the names wanted and not yet over. */
  get current(): LoadedTls | undefined {
    return this.#current
  }

  /** Looks whether there is something to do, now and from then on. */
  start(): void {
    this.#running ??= this.#look().finally(() => {
      this.#running = undefined
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    clearTimeout(this.#timer)
    await this.#running
  }

  async #look(): Promise<void> {
    const { failed, renewed } = this.#parts
    let next = CHECK_MS
    if (this.#isDue()) {
      try {
        this.#current = await this.#obtain()
        this.#failures = 0
        renewed(this.#current)
      } catch (error) {
        if (this.#stopping.signal.aborted) return
        next = Math.min(RETRY_MIN_MS * 2 ** this.#failures, RETRY_MAX_MS)
        this.#failures++
        failed('get a certificate by ACME; the one there is stays', error)
      }
    }
    if (this.#stopping.signal.aborted) return
    this.#timer = setTimeout(() => this.start(), next).unref()
  }

  #isDue(): boolean {
    if (this.#current === undefined) return true
    const { validFromDate, validToDate } = new X509Certificate(this.#current.certificate)
    const life = validToDate.getTime() - validFromDate.getTime()
    return validToDate.getTime() - this.#parts.now() < life * RENEW_AT_PART
  }

  async #obtain(): Promise<LoadedTls> {
    const { settings, folder, monotonic } = this.#parts
    const { signal } = this.#stopping
    const client = new AcmeClient({
      directory: settings.directory,
      key: this.#accountKey(),
      request: acmeRequest(this.#ca(), signal),
      wait: (ms) => pause(ms, signal),
      monotonic,
    })
    const { key, csr } = await certificateRequest(settings.names)
    const certificate = await client.certificate(settings.names, csr, { ...settings, show: this.#show() })
    // Checked before anything is replaced: it fits the key and has the names.
    const tls = loadMaterial({ certificate, key }, false)
    if (!namesAll(tls, settings.names)) throw new Error('the certificate lacks a name that was asked for')
    // One file: a certificate with the key of another would keep the door from opening.
    writePrivateFile(join(folder, 'certificate.pem'), `${key.trimEnd()}\n${certificate}`)
    return tls
  }

  #show(): ShowAnswer {
    const { settings, present, now } = this.#parts
    if (settings.challenge === 'http-01') return (challenge) => httpChallenge(settings.listen, challenge)
    return async ({ name, keyAuthorization }) => {
      const shown = present(name, await challengeCertificate(name, keyAuthorization, now()))
      return {
        [Symbol.asyncDispose]: async () => {
          shown[Symbol.dispose]()
          await Promise.resolve()
        },
      }
    }
  }

  #accountKey(): AccountKey {
    const path = join(this.#parts.folder, 'account.pem')
    if (!existsSync(path)) writePrivateFile(path, AccountKey.generate())
    requirePrivate(path, 'key')
    return new AccountKey(readFileSync(path, 'utf8'))
  }

  #ca(): string | undefined {
    const { ca } = this.#parts.settings
    if (ca === '') return undefined
    try {
      return readFileSync(ca, 'utf8')
    } catch (cause) {
      throw new GatewayError('tls.invalid', 'the authorities of the ACME server cannot be read', {
        why: (cause as Error).message,
        fix: 'let the gateway read the file that https.acme.ca names',
        cause,
      })
    }
  }

  #read(): LoadedTls | undefined {
    const { folder, settings, now, failed } = this.#parts
    const path = join(folder, 'certificate.pem')
    if (!existsSync(path)) return undefined
    try {
      requirePrivate(path, 'key')
      const text = readFileSync(path, 'utf8')
      const found = loadMaterial({ certificate: text, key: text }, false)
      return found.notAfter > now() && namesAll(found, settings.names) ? found : undefined
    } catch (error) {
      failed('read the certificate that ACME gave; another one is asked for', error)
      return undefined
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(new Error('stopping'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
