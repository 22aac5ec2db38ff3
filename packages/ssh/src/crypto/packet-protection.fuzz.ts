import { concatBytes } from '@sallyport/wire'
import { SshError } from '../errors.ts'
import { type ProtectionSuite, protectionSuites } from './testing/protection-suites.ts'

const SEQUENCE = 3

function sealed(suite: ProtectionSuite): Uint8Array {
  const { sealer } = suite.pair()
  const packet = new Uint8Array(4 + (sealer.lengthPadded ? 28 : 32))
  packet[3] = packet.length - 4
  packet[4] = 10
  const out: Uint8Array[] = []
  sealer.seal(SEQUENCE, packet, out)
  return concatBytes(...out)
}

const sound = protectionSuites.map(sealed)

/** The first byte says which suite; the rest, if it was not sealed, must not open, nor fail with anything but 'mac-incorrect'. */
export const fuzzTargets = [
  {
    name: 'ssh/crypto/open',
    seeds: sound.map((wire, index) => concatBytes(Uint8Array.of(index), wire)),
    run(input: Uint8Array): void {
      const index = (input[0] ?? 0) % protectionSuites.length
      const { opener } = (protectionSuites[index] as ProtectionSuite).pair()
      const wire = input.subarray(1)
      if (wire.length < opener.headBytes) return
      const before = new Uint8Array(wire)
      let opened = true
      try {
        opener.length(SEQUENCE, wire.subarray(0, opener.headBytes))
        opener.open(SEQUENCE, wire)
      } catch (error) {
        if (!(error instanceof SshError) || error.code !== 'mac-incorrect') throw error
        opened = false
      }
      if (Buffer.compare(before, wire) !== 0) throw new Error('oracle: the wire bytes were changed')
      if (opened !== (Buffer.compare(before, sound[index] as Uint8Array) === 0))
        throw new Error('oracle: a forged packet opened')
    },
  },
]
