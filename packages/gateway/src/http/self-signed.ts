import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'

/** What browsers still take from a certificate of one's own: 825 days for those trusted by hand. */
const LIFE_DAYS = 800
const DAY_MS = 24 * 60 * 60 * 1000
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const SERIAL_BYTES = 16

export interface TlsMaterial {
  /** PEM, the leaf first. */
  readonly certificate: string
  /** PEM, PKCS#8. */
  readonly key: string
}

/** A certificate that nobody vouches for, for these names and addresses, ECDSA P-256. `now` in milliseconds since the epoch. */
export async function selfSigned(names: readonly string[], now: number): Promise<TlsMaterial> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      // Positive and not long, as RFC 5280 §4.1.2.2 wants it.
      serialNumber: `01${randomBytes(SERIAL_BYTES).toString('hex')}`,
      name: 'CN=Sallyport',
      notBefore: new Date(now - DAY_MS),
      notAfter: new Date(now + LIFE_DAYS * DAY_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
        ),
      ],
    },
    webcrypto,
  )
  const pkcs8 = new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  return { certificate: `${certificate.toString('pem')}\n`, key: x509.PemConverter.encode(pkcs8.buffer, 'PRIVATE KEY') }
}
