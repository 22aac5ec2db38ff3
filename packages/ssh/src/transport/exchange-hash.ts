import { createHash } from 'node:crypto'
import { ByteWriter } from '@sallyport/wire'
import type { KexMethod } from '../crypto/kex-method.ts'

/** What the exchange hash covers, RFC 4253 §8, RFC 5656 §4. */
export interface ExchangeTranscript {
  /** Both lines without CR LF. */
  readonly clientIdentification: string
  readonly serverIdentification: string
  /** Whole payloads of the two KEXINITs. */
  readonly clientKexInit: Uint8Array
  readonly serverKexInit: Uint8Array
  readonly hostKey: Uint8Array
  readonly clientPublic: Uint8Array
  readonly serverPublic: Uint8Array
  readonly secret: Uint8Array
}

/** H = hash(V_C || V_S || I_C || I_S || K_S || Q_C || Q_S || K). */
export function exchangeHash(method: KexMethod, transcript: ExchangeTranscript): Uint8Array {
  const writer = new ByteWriter(4096)
    .string(transcript.clientIdentification)
    .string(transcript.serverIdentification)
    .string(transcript.clientKexInit)
    .string(transcript.serverKexInit)
    .string(transcript.hostKey)
  writer[method.publicEncoding](transcript.clientPublic)[method.publicEncoding](transcript.serverPublic)
  writer[method.secretEncoding](transcript.secret)
  const covered = writer.finish()
  const hash = createHash(method.hash).update(covered).digest()
  covered.fill(0)
  return new Uint8Array(hash)
}
