import { ChainVerifier } from './chain-verifier.ts'
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'
import { AuditError } from './errors.ts'
import { decodeLine, encodeLine, GENESIS_HASH, LINE_MAX_BYTES, prepareEvent } from './line.ts'

/*
 * What the verifier reads of an exported log, which anybody may have made, and what peers may put into an event.
 */

const utf8 = new TextDecoder()
const bytes = (text: string) => new TextEncoder().encode(text)

const LINE = encodeLine(
  1,
  0,
  GENESIS_HASH,
  prepareEvent({ type: 'connection-opened', actor: '@stranger', door: 'ssh' }),
)
const CHECKPOINT = encodeCheckpoint({
  seq: 1,
  time: 0,
  hash: GENESIS_HASH,
  key: '0'.repeat(32),
  signature: new Uint8Array(64),
})

export const fuzzTargets = [
  {
    name: 'audit/line',
    seeds: [bytes(LINE)],
    run(input: Uint8Array): void {
      const line = utf8.decode(input)
      const record = decodeLine(line)
      if (record === undefined) return
      const { seq, time, previous, fields, ...rest } = record
      const again = encodeLine(seq, time, previous, { tail: JSON.stringify({ ...rest, ...fields }).slice(1) })
      if (again.length !== line.length) throw new Error('oracle: a line is not its own re-encoding')
    },
  },
  {
    name: 'audit/checkpoint',
    seeds: [bytes(CHECKPOINT)],
    run(input: Uint8Array): void {
      const line = utf8.decode(input)
      try {
        if (encodeCheckpoint(decodeCheckpoint(line)) !== line) throw new Error('oracle: not its own re-encoding')
      } catch (error) {
        if (!(error instanceof AuditError)) throw error
      }
    },
  },
  {
    name: 'audit/export',
    seeds: [bytes(`${LINE}\n${CHECKPOINT}`)],
    run(input: Uint8Array): void {
      const verifier = new ChainVerifier({ keys: [] })
      for (const line of utf8.decode(input).split('\n')) {
        if (line.startsWith('{"checkpoint":')) verifier.checkpoint(line)
        else verifier.entry({ line })
      }
      if (verifier.finish().vouchedTo !== 0) throw new Error('oracle: vouched for by nobody')
    },
  },
  {
    name: 'audit/peer-text',
    seeds: [bytes('alice'), bytes('\u001b[2J\u2028\u202e')],
    run(input: Uint8Array): void {
      const text = utf8.decode(input)
      const event = { type: 'request-refused', actor: text, source: text, request: text, reason: text } as const
      const line = encodeLine(1, 0, GENESIS_HASH, prepareEvent(event))
      if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/u.test(line)) throw new Error('oracle: not printable')
      if (bytes(line).length > LINE_MAX_BYTES) throw new Error('oracle: longer than a line may be')
      if (decodeLine(line) === undefined) throw new Error('oracle: not read back')
    },
  },
]
