import { concatBytes } from '@sallyport/wire'
import { SshError } from '../errors.ts'
import { protectionSuites } from './testing/protection-suites.ts'

const SEQUENCE = 3

/** No bytes that were not sealed may open, and none may end in anything but 'mac-incorrect'. */
export const fuzzTargets = protectionSuites.map((suite) => {
  const sealed = () => {
    const { sealer } = suite.pair()
    const packet = new Uint8Array(4 + (sealer.lengthPadded ? 28 : 32))
    packet[3] = packet.length - 4
    packet[4] = 10
    const out: Uint8Array[] = []
    sealer.seal(SEQUENCE, packet, out)
    return concatBytes(...out)
  }
  const sound = sealed()
  return {
    name: `ssh/crypto/open ${suite.name}`,
    seeds: [sound, sound.subarray(0, 20), new Uint8Array(64)],
    run(input: Uint8Array): void {
      const { opener } = suite.pair()
      if (input.length < opener.headBytes) return
      const before = new Uint8Array(input)
      try {
        opener.length(SEQUENCE, input.subarray(0, opener.headBytes))
        opener.open(SEQUENCE, input)
      } catch (error) {
        if (!(error instanceof SshError) || error.code !== 'mac-incorrect') throw error
        if (Buffer.compare(before, input) !== 0) throw new Error('oracle: the wire bytes were changed')
        return
      }
      if (Buffer.compare(before, sound) !== 0) throw new Error('oracle: a forged packet opened')
    },
  }
})
