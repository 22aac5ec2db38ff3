import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { GatewayError } from '../gateway-error.ts'
import { writePrivateFile } from '../state/private-file.ts'
import { createPrivateDirectory } from '../state/state-directory.ts'
import { selfSigned, type TlsMaterial } from './self-signed.ts'

/** A self-signed certificate is made anew this long before its end. */
const RENEW_BEFORE_MS = 30 * 24 * 60 * 60 * 1000

export interface TlsFiles {
  /** PEM files of the operator's; empty: our own. */
  readonly certificate: string
  readonly key: string
}

/** The certificate in force, with what people should be told of it. */
export interface LoadedTls extends TlsMaterial {
  readonly selfSigned: boolean
  /** SHA-256 of the certificate, as browsers show it: `AB:CD:…`. */
  readonly fingerprint: string
  /** Milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
}

/**
 * Reads the operator's certificate, or our own self-signed one, which is made where it is missing, lacks a name or is about
 * to end. Throws GatewayError `tls.invalid`.
 */
export async function loadTls(
  folder: string,
  files: TlsFiles,
  names: readonly string[],
  now: number,
): Promise<LoadedTls> {
  if (files.certificate !== '' || files.key !== '') return loadMaterial(readFiles(files.certificate, files.key), false)
  createPrivateDirectory(folder)
  const certificate = join(folder, 'certificate.pem')
  const key = join(folder, 'key.pem')
  if (existsSync(certificate) && existsSync(key)) {
    const material = readFiles(certificate, key)
    const found = isTorn(material) ? undefined : loadMaterial(material, true)
    if (found !== undefined && found.notAfter - now > RENEW_BEFORE_MS && namesAll(found, names)) return found
  }
  const made = await selfSigned(names, now)
  writePrivateFile(key, made.key)
  writePrivateFile(certificate, made.certificate)
  return loadMaterial(made, true)
}

/** Whether a new key was written, and then not its certificate: a pair of ours that is good for nothing. */
function isTorn({ certificate, key }: TlsMaterial): boolean {
  try {
    return !new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

function readFiles(certificate: string, key: string): TlsMaterial {
  if (certificate === '' || key === '') {
    throw new GatewayError('tls.invalid', 'the HTTPS listener has a certificate without a key, or a key without one', {
      fix: 'set both https.certificate and https.key, or neither',
    })
  }
  try {
    return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
  } catch (cause) {
    throw new GatewayError('tls.invalid', 'the certificate of the HTTPS listener cannot be read', {
      why: (cause as Error).message,
      fix: 'let the gateway read the files that https.certificate and https.key name',
      cause,
    })
  }
}

/** Checks that a certificate and its key belong together. Throws GatewayError `tls.invalid`. */
export function loadMaterial(material: TlsMaterial, isSelfSigned: boolean): LoadedTls {
  try {
    const leaf = new X509Certificate(material.certificate)
    if (!leaf.checkPrivateKey(createPrivateKey(material.key))) throw new Error('the key is not that of the certificate')
    const [notBefore, notAfter] = [leaf.validFromDate.getTime(), leaf.validToDate.getTime()]
    return { ...material, selfSigned: isSelfSigned, fingerprint: leaf.fingerprint256, notBefore, notAfter }
  } catch (cause) {
    throw new GatewayError('tls.invalid', 'the certificate of the HTTPS listener cannot be used', {
      why: (cause as Error).message,
      fix: isSelfSigned
        ? 'remove the folder tls from the state directory: the gateway makes a new one'
        : 'give PEM files: the certificate with its chain, and the key without a passphrase',
      cause,
    })
  }
}

/** Whether a certificate is for all of these names and addresses. */
export function namesAll({ certificate }: TlsMaterial, names: readonly string[]): boolean {
  const leaf = new X509Certificate(certificate)
  return names.every((name) => (isIP(name) === 0 ? leaf.checkHost(name) : leaf.checkIP(name)) !== undefined)
}
