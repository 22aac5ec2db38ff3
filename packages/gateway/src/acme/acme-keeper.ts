import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TlsMaterial } from '../http/self-signed.ts'
import { type LoadedTls, loadMaterial, namesAll } from '../http/tls-certificate.ts'
import { writePrivateFile } from '../state/private-file.ts'
import { createPrivateDirectory, requirePrivate } from '../state/state-directory.ts'
import type { AcmeSettings, ObtainCertificate } from './acme-order.ts'
import { AttemptsFile } from './attempts.ts'
import { backOffMs, elapsedMs, isDue, type Moment, RETRY_MIN_MS } from './renewal.ts'

/**
 * How often it is looked whether something is due, in milliseconds. Often, for it costs nothing, and timers stand still while
 * a machine sleeps.
 */
export const LOOK_MS = 60 * 1000

export interface AcmeKeeperParts {
  readonly folder: string
  readonly settings: AcmeSettings
  readonly obtain: ObtainCertificate
  /** A certificate has come. */
  readonly renewed: (tls: LoadedTls) => void
  readonly failed: (what: string, error: unknown) => void
  /** Runs something after the milliseconds, unless it is disposed before. */
  readonly after: (ms: number, run: () => void) => Disposable
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly monotonic: () => number
}

/** Where getting certificates stands, for `sallyport doctor` and metrics. */
export interface AcmeStanding {
  /** Tries in a row that failed. */
  readonly failures: number
  /** The last of them. */
  readonly lastFailure: { readonly at: number; readonly reason: string } | undefined
}

/** What has failed since a certificate came. */
interface Trouble {
  readonly failures: number
  readonly since: Moment
  readonly waitMs: number
  readonly reason: string
}

/**
 * Keeps the HTTPS door's certificate fresh from an ACME server. Account key and certificate lie in the state. Whatever goes
 * wrong is told and tried again later; the door goes on with the certificate it has.
 */
export class AcmeKeeper implements AsyncDisposable {
  readonly #parts: AcmeKeeperParts
  readonly #stopping = new AbortController()
  readonly #attempts: AttemptsFile
  /** Stands for what is asked of whom. */
  readonly #settings: string
  #timer: Disposable | undefined
  #running: Promise<void> | undefined
  #trouble: Trouble | undefined
  #current: LoadedTls | undefined

  /** Reads what there is. */
  constructor(parts: AcmeKeeperParts) {
    this.#parts = parts
    createPrivateDirectory(parts.folder)
    this.#settings = createHash('sha256').update(JSON.stringify(parts.settings)).digest('hex')
    this.#attempts = new AttemptsFile(join(parts.folder, 'attempts.json'))
    this.#trouble = this.#former()
    this.#current = this.#read()
  }

  /** The certificate there is, for all the names wanted and not yet over. */
  get current(): LoadedTls | undefined {
    return this.#current
  }

  get standing(): AcmeStanding {
    const { failures = 0, since, reason = '' } = this.#trouble ?? {}
    return { failures, lastFailure: since === undefined ? undefined : { at: since.wall, reason } }
  }

  /** Looks whether there is something to do, now and from then on. */
  start(): void {
    this.#running ??= this.#look().finally(() => {
      this.#running = undefined
      if (!this.#stopping.signal.aborted) this.#timer = this.#parts.after(LOOK_MS, () => this.start())
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    this.#timer?.[Symbol.dispose]()
    await this.#running
  }

  async #look(): Promise<void> {
    const { now } = this.#parts
    if (!isDue(this.#current, now())) return
    if (this.#trouble !== undefined && elapsedMs(this.#trouble.since, this.#moment()) < this.#trouble.waitMs) return
    try {
      const found = await this.#obtain()
      this.#current = found
      this.#parts.renewed(found)
      // Or it would be asked for again and again, until the server has had enough of us.
      if (isDue(found, now()))
        throw new Error('the certificate that came is over, or nearly, by the clock of this machine')
      this.#trouble = undefined
      this.#attempts.clear()
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    const failures = (this.#trouble?.failures ?? 0) + 1
    const reason = error instanceof Error ? error.message : String(error)
    const since = this.#moment()
    this.#trouble = { failures, since, waitMs: backOffMs(failures), reason }
    this.#parts.failed('get a certificate by ACME; the one there is stays', error)
    try {
      this.#attempts.write({ settings: this.#settings, failures, at: since.wall, reason })
    } catch (cause) {
      this.#parts.failed('note that no certificate came', cause)
    }
  }

  /**
   * What failed before this start. Whoever restarts has perhaps mended it: so the wait is the shortest, and none for other
   * settings. A gateway that starts over and over does not ask more often than one that runs.
   */
  #former(): Trouble | undefined {
    const found = this.#attempts.read()
    if (found === undefined || found.settings !== this.#settings) return undefined
    const { wall, monotonic } = this.#moment()
    const passed = Math.max(0, wall - found.at)
    const { failures, reason } = found
    // As far back by the clock that has not seen it; a time that is still to come is a clock that was set back.
    const since = { wall: Math.min(found.at, wall), monotonic: monotonic - passed }
    return { failures, since, waitMs: RETRY_MIN_MS, reason }
  }

  #moment(): Moment {
    return { wall: this.#parts.now(), monotonic: this.#parts.monotonic() }
  }

  async #obtain(): Promise<LoadedTls> {
    const { settings, folder, obtain } = this.#parts
    const material: TlsMaterial = await obtain(this.#stopping.signal)
    // Checked before anything is replaced: it fits the key and has the names.
    const tls = loadMaterial(material, false)
    if (!namesAll(tls, settings.names)) throw new Error('the certificate lacks a name that was asked for')
    // One file: a certificate with the key of another would keep the door from opening.
    writePrivateFile(join(folder, 'certificate.pem'), `${tls.key.trimEnd()}\n${tls.certificate}`)
    return tls
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
