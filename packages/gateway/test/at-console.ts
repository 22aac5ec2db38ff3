import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { TestGateway } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

/** Somebody new, at a browser that is signed in with a passkey. */
export async function atConsole(
  gate: TestGateway,
  name = 'alice',
  role: 'member' | 'admin' = 'member',
): Promise<WebClient> {
  await gate.api.call('user.add', { name, role })
  const { url } = await gate.api.call('user.invite', { user: name })
  const browser = new WebClient(gate)
  await browser.join(url)
  return browser
}

/** `https://localhost:40123`, also once it has stopped listening. */
export function serverOf(gate: TestGateway): string {
  return `https://localhost:${gate.gateway.webAddresses[0]?.port ?? 0}`
}

/** SHA-256 of the certificate that it shows. */
export function fingerprintOf(gate: TestGateway): string {
  return new X509Certificate(readFileSync(`${gate.stateDirectory}/tls/certificate.pem`)).fingerprint256
}

/** `--server … --fingerprint …`. */
export function known(gate: TestGateway): string {
  return `--server ${serverOf(gate)} --fingerprint ${fingerprintOf(gate)}`
}
