import { ByteWriter, DecodeError } from '@sallyport/wire'
import { decodeAgentReply } from './agent.ts'

const identities = new ByteWriter().u8(12).u32(2).string('key').string('one').string('key').string('two').finish()

export const fuzzTargets = [
  {
    name: 'ssh/messages/agent-reply',
    seeds: [Uint8Array.of(5), Uint8Array.of(6), identities, new ByteWriter().u8(14).string('signature').finish()],
    run(input: Uint8Array): void {
      try {
        const reply = decodeAgentReply(input)
        if (reply.type !== 'identities-answer') return
        const bytes = reply.identities.reduce((sum, { keyBlob }) => sum + keyBlob.length + 8, 5)
        if (bytes > input.length) throw new Error('oracle: more was read than came')
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
      }
    },
  },
]
