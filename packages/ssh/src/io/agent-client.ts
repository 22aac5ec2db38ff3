import { connect, type Socket } from 'node:net'
import { ByteWriter, copyBytes, DecodeError } from '@sallyport/wire'
import { SshError } from '../errors.ts'
import {
  type Certificate,
  decodePublicKey,
  encodeAgentIdentity,
  isCertificate,
  type PrivateKey,
  type PublicKey,
  plainName,
  type Signer,
  signatureAlgorithmsFor,
  signatureBlobAlgorithm,
} from '../keys/index.ts'
import {
  AGENT_FRAME_MAX_BYTES,
  AGENT_SIGN_FLAGS,
  type AgentConstraints,
  type AgentReply,
  type AgentRequest,
  decodeAgentReply,
  encodeAgentRequest,
} from '../messages/agent.ts'

export interface AgentIdentity {
  readonly key: PublicKey
  readonly comment: string
}

export interface AddKeyOptions extends AgentConstraints {
  /** The key's own if left out. */
  readonly comment?: string
  /** Goes in with its key, as an identity of its own. */
  readonly certificate?: Certificate
  readonly signal?: AbortSignal
}

interface SignalOption {
  readonly signal?: AbortSignal
}

interface Waiting {
  settle(reply: AgentReply | SshError): void
}

/** An agent answers one request after the other, so more than a few in line means it has stopped. */
const MAX_WAITING = 256
const LENGTH_BYTES = 4

/** Connects to the agent listening on a unix socket (`SSH_AUTH_SOCK`). Rejects with SshError 'agent-failure' or 'aborted'. */
export function connectAgent(path: string, { signal }: SignalOption = {}): Promise<AgentClient> {
  const { promise, resolve, reject } = Promise.withResolvers<AgentClient>()
  if (signal?.aborted === true) return Promise.reject(aborted(signal))
  const socket = connect({ path })
  const onAbort = () => socket.destroy(aborted(signal))
  const onError = (cause: Error) => {
    signal?.removeEventListener('abort', onAbort)
    reject(cause instanceof SshError ? cause : failure('agent cannot be reached', cause))
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  socket.once('error', onError)
  socket.once('connect', () => {
    signal?.removeEventListener('abort', onAbort)
    socket.off('error', onError)
    resolve(new AgentClient(socket))
  })
  return promise
}

/**
 * A connection to an SSH agent. Requests may be made at once; the agent answers them in order.
 * INVARIANT: `#waiting` holds one entry per request without its reply, oldest first; aborted ones stay to eat theirs.
 */
export class AgentClient implements AsyncDisposable {
  readonly #socket: Socket
  readonly #waiting: Waiting[] = []
  #received: Buffer = Buffer.alloc(0)
  #ended: SshError | undefined

  /** Takes over a connected socket; see `connectAgent`. */
  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('error', (cause) => this.#end(failure('connection to the agent broke', cause)))
    socket.on('close', () => this.#end(failure('agent closed the connection')))
  }

  /** The keys and certificates it can sign with; those of kinds that are not known here are left out. */
  async identities(options: SignalOption = {}): Promise<readonly AgentIdentity[]> {
    const reply = await this.#request({ type: 'request-identities' }, options)
    if (reply.type !== 'identities-answer') throw failure('agent does not list its keys')
    return reply.identities.flatMap(({ keyBlob, comment }) => {
      const key = knownKey(keyBlob)
      return key === undefined ? [] : [{ key, comment }]
    })
  }

  /** Its keys, as what authentication takes. They sign as long as this connection lives. */
  async signers(options: SignalOption = {}): Promise<readonly Signer[]> {
    const identities = await this.identities(options)
    return identities.map(({ key }) => this.signer(key))
  }

  /** One of its keys by its public half, which the agent need not have listed. */
  signer(publicKey: PublicKey): Signer {
    // a WebAuthn signature comes from a browser, so it cannot be asked of an agent
    const algorithms = signatureAlgorithmsFor(publicKey).filter((name) => !name.startsWith('webauthn-'))
    return {
      publicKey,
      algorithms,
      sign: (algorithm, data, options = {}) => {
        if (!algorithms.includes(algorithm)) {
          throw new SshError('key-unsupported', 'key does not sign with this algorithm', { facts: { algorithm } })
        }
        return this.#sign(publicKey, algorithm, data, options)
      },
    }
  }

  async #sign(key: PublicKey, algorithm: string, data: Uint8Array, options: SignalOption): Promise<Uint8Array> {
    const plain = isCertificate(key) ? (plainName(algorithm) ?? '') : algorithm
    const flags = AGENT_SIGN_FLAGS.get(plain) ?? 0
    const reply = await this.#request({ type: 'sign-request', keyBlob: key.blob, data, flags }, options)
    if (reply.type !== 'sign-response') throw failure('agent refuses to sign')
    // some agents ignore the flags and sign with SHA-1
    if (signatureBlobAlgorithm(reply.signature) !== plain) throw failure('agent signed with another algorithm')
    return copyBytes(reply.signature)
  }

  /** Hands it a private key. A constraint that the agent does not support makes it refuse: SshError 'agent-failure'. */
  async addKey(key: PrivateKey, options: AddKeyOptions = {}): Promise<void> {
    const { comment = key.comment, certificate, signal, ...constraints } = options
    const identity = encodeAgentIdentity(key, certificate)
    await this.#change({ type: 'add-identity', key: identity, comment, constraints }, signal)
  }

  async removeKey(key: PublicKey, { signal }: SignalOption = {}): Promise<void> {
    await this.#change({ type: 'remove-identity', keyBlob: key.blob }, signal)
  }

  async removeAllKeys({ signal }: SignalOption = {}): Promise<void> {
    await this.#change({ type: 'remove-all-identities' }, signal)
  }

  /** Closes the connection; requests still waiting are rejected with SshError 'agent-failure'. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#socket.closed) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#socket.once('close', () => resolve())
      this.#socket.destroy()
      await promise
    }
  }

  async #change(request: AgentRequest, signal: AbortSignal | undefined): Promise<void> {
    const reply = await this.#request(request, signal === undefined ? {} : { signal })
    if (reply.type !== 'success') throw failure('agent refuses the change')
  }

  #request(request: AgentRequest, { signal }: SignalOption): Promise<AgentReply> {
    const { promise, resolve, reject } = Promise.withResolvers<AgentReply>()
    if (signal?.aborted === true) return Promise.reject(aborted(signal))
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    if (this.#waiting.length >= MAX_WAITING) return Promise.reject(failure('agent does not answer'))
    const body = encodeAgentRequest(request)
    if (body.length > AGENT_FRAME_MAX_BYTES) return Promise.reject(failure('request is too long for an agent'))
    const onAbort = () => reject(aborted(signal))
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#waiting.push({
      settle(reply) {
        signal?.removeEventListener('abort', onAbort)
        if (reply instanceof SshError) reject(reply)
        else resolve(reply)
      },
    })
    this.#socket.write(new ByteWriter(LENGTH_BYTES + body.length).string(body).finish())
    return promise
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    while (this.#ended === undefined && this.#received.length >= LENGTH_BYTES) {
      const length = this.#received.readUInt32BE()
      if (length === 0 || length > AGENT_FRAME_MAX_BYTES)
        return this.#end(failure('agent sent a frame of impossible length'))
      if (this.#received.length < LENGTH_BYTES + length) return
      const frame = this.#received.subarray(LENGTH_BYTES, LENGTH_BYTES + length)
      this.#received = this.#received.subarray(LENGTH_BYTES + length)
      this.#reply(frame)
    }
  }

  #reply(frame: Uint8Array): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) return this.#end(failure('agent answered without being asked'))
    try {
      waiting.settle(decodeAgentReply(frame))
    } catch (cause) {
      const error = failure('agent sent what cannot be read', cause)
      waiting.settle(error)
      this.#end(error)
    }
  }

  #end(error: SshError): void {
    if (this.#ended !== undefined) return
    this.#ended = error
    this.#socket.destroy()
    this.#received = Buffer.alloc(0)
    for (const waiting of this.#waiting.splice(0)) waiting.settle(error)
  }
}

function knownKey(blob: Uint8Array): PublicKey | undefined {
  try {
    return decodePublicKey(blob)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

function failure(message: string, cause?: unknown): SshError {
  return new SshError('agent-failure', message, { cause })
}

function aborted(signal: AbortSignal | undefined): SshError {
  return new SshError('aborted', 'agent request was aborted', { cause: signal?.reason })
}
