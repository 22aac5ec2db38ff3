import { ByteReader, ByteWriter } from '@sallyport/wire'

/*
 * The agent protocol (draft-ietf-sshm-ssh-agent, OpenSSH's PROTOCOL.agent), client's side: requests are written,
 * replies read. A frame is `uint32 length | byte number | body`; replies come in the order of the requests.
 */

/** Longest frame either way; OpenSSH has the same limit. */
export const AGENT_FRAME_MAX_BYTES = 256 * 1024
/** OpenSSH's own limit; a longer list is a broken agent. */
const MAX_IDENTITIES = 2048

const NUMBER = {
  failure: 5,
  success: 6,
  requestIdentities: 11,
  identitiesAnswer: 12,
  signRequest: 13,
  signResponse: 14,
  addIdentity: 17,
  removeIdentity: 18,
  removeAllIdentities: 19,
  addIdConstrained: 25,
  extensionFailure: 28,
} as const

const CONSTRAIN_LIFETIME = 1
const CONSTRAIN_CONFIRM = 2

/** Sign with SHA-2 where the key is RSA: without a flag the agent would make a SHA-1 signature. */
export const AGENT_SIGN_FLAGS: ReadonlyMap<string, number> = new Map([
  ['rsa-sha2-256', 2],
  ['rsa-sha2-512', 4],
])

export interface AgentConstraints {
  /** The agent forgets the key after so many seconds; uint32. */
  readonly lifetimeSeconds?: number
  /** The agent asks its user before each signature. */
  readonly confirm?: boolean
}

export type AgentRequest =
  | { readonly type: 'request-identities' }
  | {
      readonly type: 'sign-request'
      readonly keyBlob: Uint8Array
      readonly data: Uint8Array
      readonly flags: number
    }
  | {
      readonly type: 'add-identity'
      /** Type name and private fields, as the protocol has them for the key's type. Secret. */
      readonly key: Uint8Array
      readonly comment: string
      readonly constraints: AgentConstraints
    }
  | { readonly type: 'remove-identity'; readonly keyBlob: Uint8Array }
  | { readonly type: 'remove-all-identities' }

/** Number and body, without the length in front. */
export function encodeAgentRequest(request: AgentRequest): Uint8Array {
  const writer = new ByteWriter(512)
  switch (request.type) {
    case 'request-identities':
      return writer.u8(NUMBER.requestIdentities).finish()
    case 'sign-request':
      writer.u8(NUMBER.signRequest).string(request.keyBlob).string(request.data).u32(request.flags)
      return writer.finish()
    case 'add-identity':
      return encodeAddIdentity(writer, request)
    case 'remove-identity':
      return writer.u8(NUMBER.removeIdentity).string(request.keyBlob).finish()
    case 'remove-all-identities':
      return writer.u8(NUMBER.removeAllIdentities).finish()
    default:
      return request satisfies never
  }
}

function encodeAddIdentity(
  writer: ByteWriter,
  { key, comment, constraints }: Extract<AgentRequest, { type: 'add-identity' }>,
): Uint8Array {
  const { lifetimeSeconds, confirm = false } = constraints
  const constrained = lifetimeSeconds !== undefined || confirm
  writer
    .u8(constrained ? NUMBER.addIdConstrained : NUMBER.addIdentity)
    .bytes(key)
    .string(comment)
  if (lifetimeSeconds !== undefined) writer.u8(CONSTRAIN_LIFETIME).u32(lifetimeSeconds)
  if (confirm) writer.u8(CONSTRAIN_CONFIRM)
  return writer.finish()
}

export interface AgentIdentityBlob {
  readonly keyBlob: Uint8Array
  /** Bytes that are not UTF-8 are shown as U+FFFD. */
  readonly comment: string
}

export type AgentReply =
  | { readonly type: 'failure' }
  | { readonly type: 'success' }
  | { readonly type: 'identities-answer'; readonly identities: readonly AgentIdentityBlob[] }
  | { readonly type: 'sign-response'; readonly signature: Uint8Array }

const lossyUtf8 = new TextDecoder()

/** Reads number and body. Byte fields are views. Throws DecodeError, also for numbers that are no reply to our requests. */
export function decodeAgentReply(frame: Uint8Array): AgentReply {
  const reader = new ByteReader(frame)
  const reply = readReply(reader)
  reader.end('agent-reply')
  return reply
}

function readReply(reader: ByteReader): AgentReply {
  const number = reader.u8('agent-reply.number')
  switch (number) {
    case NUMBER.failure:
    case NUMBER.extensionFailure:
      return { type: 'failure' }
    case NUMBER.success:
      return { type: 'success' }
    case NUMBER.signResponse:
      return { type: 'sign-response', signature: reader.string('agent-reply.signature') }
    case NUMBER.identitiesAnswer:
      return { type: 'identities-answer', identities: readIdentities(reader) }
    default:
      throw reader.error(`is ${number}, no known reply`, 'agent-reply.number')
  }
}

function readIdentities(reader: ByteReader): AgentIdentityBlob[] {
  const count = reader.u32('agent-reply.count')
  if (count > MAX_IDENTITIES) throw reader.error(`is ${count}, limit ${MAX_IDENTITIES}`, 'agent-reply.count')
  const identities: AgentIdentityBlob[] = []
  for (let at = 0; at < count; at++) {
    const keyBlob = reader.string('agent-reply.key')
    identities.push({ keyBlob, comment: lossyUtf8.decode(reader.string('agent-reply.comment')) })
  }
  return identities
}
