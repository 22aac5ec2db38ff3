/** OpenSSH's host key rotation (PROTOCOL §2.5), server side: we say which keys we have, and prove those we are asked about. */
import { ByteWriter, equalBytes } from '@sallyport/wire'
import type { Connection, IncomingRequest } from '../connection/index.ts'
import type { Signer } from '../keys/index.ts'
import { isCertificate } from '../keys/index.ts'
import { type GlobalRequestBody, hostkeysProof } from '../messages/global-requests.ts'

const PROVE = 'hostkeys-prove-00@openssh.com'
/** Each costs us a signature per key, and OpenSSH asks once, behind our one announcement: the rest of a connection's fail. */
export const MAX_PROOFS = 4

/** Tells the client our plain host keys, so that it can learn new ones before old ones go. Only OpenSSH makes use of it. */
export function announceHostKeys(connection: Connection, hostKeys: readonly Signer[], client: string): void {
  if (!client.includes('OpenSSH')) return
  const keys = hostKeys.filter((signer) => !isCertificate(signer.publicKey)).map((signer) => signer.publicKey.blob)
  if (keys.length > 0) connection.globalRequest({ kind: 'hostkeys-00@openssh.com', keys })
}

/** Signs for each key asked about; all of them must be ours, and none named twice, or the request fails. */
export function proveHostKeys(
  hostKeys: readonly Signer[],
  sessionId: Uint8Array,
  asked: readonly Uint8Array[],
  incoming: IncomingRequest<GlobalRequestBody>,
  own: (task: Promise<void>) => void,
): void {
  const signers = asked.map((blob) => hostKeys.find((signer) => equalBytes(signer.publicKey.blob, blob)))
  if (asked.length === 0 || signers.includes(undefined)) return incoming.fail()
  if (new Set(signers).size < signers.length) return incoming.fail()
  incoming.defer()
  own(prove(signers as Signer[], sessionId, incoming))
}

async function prove(
  signers: readonly Signer[],
  sessionId: Uint8Array,
  incoming: IncomingRequest<GlobalRequestBody>,
): Promise<void> {
  try {
    const signatures: Uint8Array[] = []
    for (const signer of signers) {
      const data = new ByteWriter().string(PROVE).string(sessionId).string(signer.publicKey.blob).finish()
      signatures.push(await signer.sign(signer.algorithms[0] ?? '', data))
    }
    incoming.succeed(hostkeysProof.encode(signatures))
  } catch {
    incoming.fail()
  }
}
