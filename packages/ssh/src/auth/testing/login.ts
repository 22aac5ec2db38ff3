/** What the tests of this folder share: keys, requests as a client would send them, and a ServerAuth to send them to. */
import { generatePrivateKey, type Signer } from '../../keys/index.ts'
import {
  type Credential,
  HOSTBOUND_METHOD,
  type PublickeyCredential,
  userauthInfoResponse,
  userauthRequest,
} from '../../messages/auth.ts'
import { encodeMessage } from '../../messages/codec.ts'
import { SSH_MSG } from '../../messages/numbers.ts'
import { publickeySignedData } from '../methods/publickey.ts'
import { CONNECTION_SERVICE, ServerAuth } from '../server-auth.ts'
import type { ServerAuthEffect } from '../server-auth-effect.ts'
import type { ServerAuthOptions } from '../server-auth-options.ts'

export const sessionId = new Uint8Array(32).fill(0x51)
export const hostKey = generatePrivateKey('ssh-ed25519').publicKey.blob
export const aliceKey = generatePrivateKey('ssh-ed25519')
export const malloryKey = generatePrivateKey('ecdsa-sha2-nistp256')

export type Identity = string
export type Effect = ServerAuthEffect<Identity>
export type EffectOf<K extends Effect['type']> = Extract<Effect, { type: K }>

const utf8 = new TextEncoder()
export const bytes = (text: string): Uint8Array => utf8.encode(text)

export function request(credential: Credential, user = 'alice', service = CONNECTION_SERVICE): Uint8Array {
  return encodeMessage(userauthRequest, { type: 'userauth-request', user, service, credential })
}

export const none = (user = 'alice'): Uint8Array => request({ method: 'none' }, user)
export const password = (text: string | Uint8Array, user = 'alice'): Uint8Array =>
  request(
    { method: 'password', password: typeof text === 'string' ? bytes(text) : text.slice(), newPassword: undefined },
    user,
  )
export const interactive = (user = 'alice', submethods = ''): Uint8Array =>
  request({ method: 'keyboard-interactive', language: '', submethods }, user)
export const responses = (...texts: readonly (string | Uint8Array)[]): Uint8Array =>
  encodeMessage(userauthInfoResponse, {
    type: 'userauth-info-response',
    responses: texts.map((text) => (typeof text === 'string' ? bytes(text) : text)),
  })

export interface KeyRequest {
  readonly key?: Signer
  /** Whose public half is named, where it is not the signer's. */
  readonly named?: Signer
  readonly user?: string
  readonly signedUser?: string
  readonly signedSession?: Uint8Array
  readonly algorithm?: string
  readonly hostKey?: Uint8Array
}

function keyCredential({ key = aliceKey, named = key, algorithm, hostKey }: KeyRequest): PublickeyCredential {
  return {
    method: hostKey === undefined ? 'publickey' : HOSTBOUND_METHOD,
    algorithm: algorithm ?? named.algorithms[0] ?? '',
    publicKey: named.publicKey.blob,
    hostKey,
    signature: undefined,
  }
}

export function query(options: KeyRequest = {}): Uint8Array {
  return request(keyCredential(options), options.user)
}

export function signed(options: KeyRequest = {}): Uint8Array {
  const { key = aliceKey, user = 'alice', signedUser = user, signedSession = sessionId } = options
  const credential = keyCredential(options)
  const data = publickeySignedData(signedSession, signedUser, CONNECTION_SERVICE, credential)
  const signature = key.sign(key.algorithms[0] ?? '', data)
  if (signature instanceof Promise) throw new Error('tests here sign at once')
  return request({ ...credential, signature }, user)
}

/** A server that takes every method but `none`, without a delay for failures, unless told otherwise. */
export function server(options: Partial<ServerAuthOptions> = {}): ServerAuth<Identity> {
  return new ServerAuth<Identity>({
    sessionId,
    hostKey,
    methods: ['publickey', 'keyboard-interactive', 'password'],
    deadline: 120_000,
    failureStepMs: 0,
    ...options,
  })
}

export function find<K extends Effect['type']>(effects: readonly Effect[], type: K): EffectOf<K> | undefined {
  return effects.find((effect): effect is EffectOf<K> => effect.type === type)
}

/** The one effect of this type, or an error that lists what came instead. */
export function get<K extends Effect['type']>(effects: readonly Effect[], type: K): EffectOf<K> {
  const found = find(effects, type)
  if (found === undefined) throw new Error(`no ${type} among: ${effects.map((effect) => effect.type).join(', ')}`)
  return found
}

/** Numbers of the messages sent. */
export function sentNumbers(effects: readonly Effect[]): number[] {
  return effects.filter((effect) => effect.type === 'send').map((effect) => effect.payload[0] ?? 0)
}

export const FAILURE = SSH_MSG['userauth-failure']
export const SUCCESS = SSH_MSG['userauth-success']
export const PK_OK = SSH_MSG['userauth-pk-ok']
