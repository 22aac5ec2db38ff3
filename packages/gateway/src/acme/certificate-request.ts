import 'reflect-metadata'
import { createHash, randomBytes, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { TlsMaterial } from '../http/self-signed.ts'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY_MS = 24 * 60 * 60 * 1000
const SERIAL_BYTES = 16
/** RFC 8737 §6.1. */
const ACME_IDENTIFIER = '1.3.6.1.5.5.7.1.31'
/** DER tag and length of an OCTET STRING of 32 bytes. */
const OCTETS_32 = [0x04, 0x20]

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
}

const subjectNames = (names: readonly string[]) =>
  new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value })))

/** A new key, ECDSA P-256, in PEM, and a request in DER for a certificate with these names. */
export async function certificateRequest(
  names: readonly string[],
): Promise<{ readonly key: string; readonly csr: Uint8Array }> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const csr = await x509.Pkcs10CertificateRequestGenerator.create(
    { keys, signingAlgorithm: ALGORITHM, extensions: [subjectNames(names)] },
    webcrypto,
  )
  return { key: await pemOf(keys.privateKey), csr: new Uint8Array(csr.rawData) }
}

/** The certificate that answers tls-alpn-01 for one name (RFC 8737 §3). `now` in milliseconds since the epoch. */
export async function challengeCertificate(name: string, keyAuthorization: string, now: number): Promise<TlsMaterial> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const digest = createHash('sha256').update(keyAuthorization).digest()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: `01${randomBytes(SERIAL_BYTES).toString('hex')}`,
      name: 'CN=ACME challenge',
      notBefore: new Date(now - DAY_MS),
      notAfter: new Date(now + DAY_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        subjectNames([name]),
        new x509.Extension(ACME_IDENTIFIER, true, new Uint8Array([...OCTETS_32, ...digest])),
      ],
    },
    webcrypto,
  )
  return { certificate: `${certificate.toString('pem')}\n`, key: await pemOf(keys.privateKey) }
}
