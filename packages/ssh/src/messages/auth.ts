/**
 * Messages of user authentication: RFC 4252, RFC 4256, and OpenSSH's `publickey-hostbound-v00@openssh.com` (PROTOCOL §3.1).
 * Byte fields of decoded messages are views into the payload.
 */
import type { ByteReader, ByteWriter } from '@sallyport/wire'
import type { MessageCodec } from './codec.ts'
import { SSH_MSG } from './numbers.ts'

/** User names: no account system has longer ones, and a user name may carry a target behind it. */
export const MAX_USER_NAME_BYTES = 1024
/** Names of services, methods and algorithms: RFC 4251 §6 allows 64; certificate algorithm names of OpenSSH stay below it too. */
export const MAX_NAME_BYTES = 64
/** Submethods and languages of one request: a few names; everything else is abuse. */
export const MAX_LIST_BYTES = 1024
/** Prompts in one round of keyboard-interactive (V-B13); real servers send one to three. */
export const MAX_PROMPTS = 32
/** One prompt's text. */
export const MAX_PROMPT_BYTES = 4 * 1024
/** Name and instruction of one round, and one banner: a screenful several times over. */
export const MAX_INSTRUCTION_BYTES = 32 * 1024

export const HOSTBOUND_METHOD = 'publickey-hostbound-v00@openssh.com'

/** RFC 4252 §5.2. */
export interface NoneCredential {
  readonly method: 'none'
}

/** RFC 4252 §7; without a signature it only asks whether the key would do. */
export interface PublickeyCredential {
  readonly method: 'publickey' | typeof HOSTBOUND_METHOD
  readonly algorithm: string
  /** The key or certificate, in wire form; not yet decoded. */
  readonly publicKey: Uint8Array
  /** The host key the client believes to talk to, in wire form: the host-bound method only. */
  readonly hostKey: Uint8Array | undefined
  /** The whole signature blob; `undefined` in a query. */
  readonly signature: Uint8Array | undefined
}

/** RFC 4252 §8; `newPassword` when the client wants it changed. */
export interface PasswordCredential {
  readonly method: 'password'
  readonly password: Uint8Array
  readonly newPassword: Uint8Array | undefined
}

/** RFC 4256 §3.1. */
export interface KeyboardInteractiveCredential {
  readonly method: 'keyboard-interactive'
  /** Language tag; deprecated and mostly empty. */
  readonly language: string
  /** What the client would like, comma-separated; a hint. */
  readonly submethods: string
}

/** A method this library does not speak; its fields are left unread, so that no count or length in them matters (V-B12). */
export interface OtherCredential {
  readonly method: 'other'
  readonly name: string
  readonly data: Uint8Array
}

export type Credential =
  | NoneCredential
  | PublickeyCredential
  | PasswordCredential
  | KeyboardInteractiveCredential
  | OtherCredential

/** SSH_MSG_USERAUTH_REQUEST, RFC 4252 §5. */
export interface UserauthRequest {
  readonly type: 'userauth-request'
  readonly user: string
  readonly service: string
  readonly credential: Credential
}

export const userauthRequest: MessageCodec<UserauthRequest> = {
  number: SSH_MSG['userauth-request'],
  decode: (r) => {
    const user = r.text('user-name', MAX_USER_NAME_BYTES)
    const service = r.text('service-name', MAX_NAME_BYTES)
    return { type: 'userauth-request', user, service, credential: readCredential(r) }
  },
  encode: (w, m) => {
    w.string(m.user).string(m.service)
    writeCredential(w, m.credential)
  },
}

function readCredential(r: ByteReader): Credential {
  const method = r.text('method-name', MAX_NAME_BYTES)
  switch (method) {
    case 'none':
      return { method }
    case 'publickey':
    case HOSTBOUND_METHOD:
      return readPublickey(r, method)
    case 'password': {
      const changing = r.boolean('change-password')
      const password = r.string('password')
      return { method, password, newPassword: changing ? r.string('new-password') : undefined }
    }
    case 'keyboard-interactive': {
      const language = r.text('language', MAX_NAME_BYTES)
      return { method, language, submethods: r.text('submethods', MAX_LIST_BYTES) }
    }
    default:
      return { method: 'other', name: method, data: r.rest() }
  }
}

function readPublickey(r: ByteReader, method: PublickeyCredential['method']): PublickeyCredential {
  const signed = r.boolean('has-signature')
  const algorithm = r.text('algorithm', MAX_NAME_BYTES)
  const publicKey = r.string('public-key')
  const hostKey = method === HOSTBOUND_METHOD ? r.string('host-key') : undefined
  const signature = signed ? r.string('signature') : undefined
  return { method, algorithm, publicKey, hostKey, signature }
}

function writeCredential(w: ByteWriter, credential: Credential): void {
  if (credential.method === 'other') {
    w.string(credential.name).bytes(credential.data)
    return
  }
  w.string(credential.method)
  switch (credential.method) {
    case 'none':
      return
    case 'publickey':
    case HOSTBOUND_METHOD:
      w.boolean(credential.signature !== undefined)
        .string(credential.algorithm)
        .string(credential.publicKey)
      if (credential.hostKey !== undefined) w.string(credential.hostKey)
      if (credential.signature !== undefined) w.string(credential.signature)
      return
    case 'password':
      w.boolean(credential.newPassword !== undefined).string(credential.password)
      if (credential.newPassword !== undefined) w.string(credential.newPassword)
      return
    case 'keyboard-interactive':
      w.string(credential.language).string(credential.submethods)
  }
}

/** SSH_MSG_USERAUTH_FAILURE, RFC 4252 §5.1. */
export interface UserauthFailure {
  readonly type: 'userauth-failure'
  /** Methods that may go on, without `none`. */
  readonly methods: readonly string[]
  /** The request succeeded, and more is wanted. */
  readonly partialSuccess: boolean
}

export const userauthFailure: MessageCodec<UserauthFailure> = {
  number: SSH_MSG['userauth-failure'],
  decode: (r) => ({
    type: 'userauth-failure',
    methods: r.nameList('methods', MAX_LIST_BYTES),
    partialSuccess: r.boolean('partial-success'),
  }),
  encode: (w, m) => w.nameList(m.methods).boolean(m.partialSuccess),
}

/** SSH_MSG_USERAUTH_SUCCESS, RFC 4252 §5.1. */
export interface UserauthSuccess {
  readonly type: 'userauth-success'
}

export const userauthSuccess: MessageCodec<UserauthSuccess> = {
  number: SSH_MSG['userauth-success'],
  decode: () => ({ type: 'userauth-success' }),
  encode: () => {},
}

/** SSH_MSG_USERAUTH_BANNER, RFC 4252 §5.4. */
export interface UserauthBanner {
  readonly type: 'userauth-banner'
  /** Untrusted text for the user's terminal: whoever shows it removes control characters. */
  readonly message: string
  readonly language: string
}

export const userauthBanner: MessageCodec<UserauthBanner> = {
  number: SSH_MSG['userauth-banner'],
  decode: (r) => ({
    type: 'userauth-banner',
    message: shownText(r, 'banner', MAX_INSTRUCTION_BYTES),
    language: r.text('language', MAX_NAME_BYTES),
  }),
  encode: (w, m) => w.string(m.message).string(m.language),
}

/** SSH_MSG_USERAUTH_PK_OK, RFC 4252 §7; number 60 while a publickey query is open. */
export interface UserauthPkOk {
  readonly type: 'userauth-pk-ok'
  readonly algorithm: string
  readonly publicKey: Uint8Array
}

export const userauthPkOk: MessageCodec<UserauthPkOk> = {
  number: SSH_MSG['userauth-pk-ok'],
  decode: (r) => ({
    type: 'userauth-pk-ok',
    algorithm: r.text('algorithm', MAX_NAME_BYTES),
    publicKey: r.string('public-key'),
  }),
  encode: (w, m) => w.string(m.algorithm).string(m.publicKey),
}

/** SSH_MSG_USERAUTH_PASSWD_CHANGEREQ, RFC 4252 §8; number 60 while a password request is open. */
export interface UserauthPasswdChangereq {
  readonly type: 'userauth-passwd-changereq'
  /** Untrusted text for the user. */
  readonly prompt: string
  readonly language: string
}

export const userauthPasswdChangereq: MessageCodec<UserauthPasswdChangereq> = {
  number: SSH_MSG['userauth-passwd-changereq'],
  decode: (r) => ({
    type: 'userauth-passwd-changereq',
    prompt: shownText(r, 'prompt', MAX_PROMPT_BYTES),
    language: r.text('language', MAX_NAME_BYTES),
  }),
  encode: (w, m) => w.string(m.prompt).string(m.language),
}

/** One question of keyboard-interactive; untrusted text in the client's role. */
export interface Prompt {
  readonly text: string
  /** Whether the terminal shows what is typed. */
  readonly echo: boolean
}

/** SSH_MSG_USERAUTH_INFO_REQUEST, RFC 4256 §3.2; number 60 while keyboard-interactive runs. */
export interface UserauthInfoRequest {
  readonly type: 'userauth-info-request'
  readonly name: string
  readonly instruction: string
  readonly language: string
  readonly prompts: readonly Prompt[]
}

export const userauthInfoRequest: MessageCodec<UserauthInfoRequest> = {
  number: SSH_MSG['userauth-info-request'],
  decode: (r) => {
    const name = shownText(r, 'name', MAX_INSTRUCTION_BYTES)
    const instruction = shownText(r, 'instruction', MAX_INSTRUCTION_BYTES)
    const language = r.text('language', MAX_NAME_BYTES)
    const count = boundedCount(r, 'num-prompts')
    const prompts: Prompt[] = []
    for (let i = 0; i < count; i++)
      prompts.push({ text: shownText(r, 'prompt', MAX_PROMPT_BYTES), echo: r.boolean('echo') })
    return { type: 'userauth-info-request', name, instruction, language, prompts }
  },
  encode: (w, m) => {
    w.string(m.name).string(m.instruction).string(m.language).u32(m.prompts.length)
    for (const prompt of m.prompts) w.string(prompt.text).boolean(prompt.echo)
  },
}

/** SSH_MSG_USERAUTH_INFO_RESPONSE, RFC 4256 §3.4. */
export interface UserauthInfoResponse {
  readonly type: 'userauth-info-response'
  /** As typed, UTF-8 by the specification; not checked here. */
  readonly responses: readonly Uint8Array[]
}

export const userauthInfoResponse: MessageCodec<UserauthInfoResponse> = {
  number: SSH_MSG['userauth-info-response'],
  decode: (r) => {
    const count = boundedCount(r, 'num-responses')
    const responses: Uint8Array[] = []
    for (let i = 0; i < count; i++) responses.push(r.string('response'))
    return { type: 'userauth-info-response', responses }
  },
  encode: (w, m) => {
    w.u32(m.responses.length)
    for (const response of m.responses) w.string(response)
  },
}

const laxUtf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Text that is only ever shown: old servers send Latin-1 here, which is no reason to fail a login. */
function shownText(r: ByteReader, field: string, maxBytes: number): string {
  return laxUtf8.decode(r.string(field, maxBytes))
}

/** A count is checked before anything is made for it. */
function boundedCount(r: ByteReader, field: string): number {
  const count = r.u32(field)
  if (count > MAX_PROMPTS) throw r.error(`is ${count}, limit ${MAX_PROMPTS}`, field)
  return count
}
