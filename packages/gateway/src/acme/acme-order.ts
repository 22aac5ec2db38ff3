import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SocketAddress } from '../config/socket-address.ts'
import { GatewayError } from '../gateway-error.ts'
import type { TlsMaterial } from '../http/self-signed.ts'
import { writePrivateFile } from '../state/private-file.ts'
import { requirePrivate } from '../state/state-directory.ts'
import { AccountKey } from './account-key.ts'
import { AcmeClient, type ChallengeType, type ShowAnswer } from './acme-client.ts'
import { acmeRequest } from './acme-request.ts'
import { certificateRequest, challengeCertificate } from './certificate-request.ts'
import { httpChallenge } from './http-challenge.ts'

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

export interface AcmeOrderParts {
  /** Where the account's key lies. */
  readonly folder: string
  readonly settings: AcmeSettings
  /** Shows a certificate to whoever asks for this name, until it is disposed. */
  readonly present: (name: string, material: TlsMaterial) => Disposable
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly monotonic: () => number
}

/** Asks an ACME server for a certificate with a new key; rejects with the server's reason, or when the signal fires. */
export type ObtainCertificate = (signal: AbortSignal) => Promise<TlsMaterial>

/** Throws GatewayError `tls.invalid` for a `ca` that cannot be read, here and when it is asked. */
export function acmeOrder({ folder, settings, present, now, monotonic }: AcmeOrderParts): ObtainCertificate {
  authorities(settings)
  const show: ShowAnswer = async (challenge) => {
    if (settings.challenge === 'http-01') return httpChallenge(settings.listen, challenge)
    const { name, keyAuthorization } = challenge
    const shown = present(name, await challengeCertificate(name, keyAuthorization, now()))
    return {
      [Symbol.asyncDispose]: async () => {
        shown[Symbol.dispose]()
        await Promise.resolve()
      },
    }
  }
  return async (signal) => {
    const client = new AcmeClient({
      directory: settings.directory,
      key: accountKey(join(folder, 'account.pem')),
      request: acmeRequest(authorities(settings), signal),
      wait: (ms) => pause(ms, signal),
      monotonic,
    })
    const { key, csr } = await certificateRequest(settings.names)
    const certificate = await client.certificate(settings.names, csr, { ...settings, show })
    return { certificate, key }
  }
}

function accountKey(path: string): AccountKey {
  if (!existsSync(path)) writePrivateFile(path, AccountKey.generate())
  requirePrivate(path, 'key')
  return new AccountKey(readFileSync(path, 'utf8'))
}

function authorities({ ca }: AcmeSettings): string | undefined {
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
