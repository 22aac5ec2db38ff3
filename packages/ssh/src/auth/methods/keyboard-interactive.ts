/** Keyboard-interactive authentication, RFC 4256: rounds of prompts, each answered before the next. */
import { utf8Bytes } from '@sallyport/wire'
import {
  type KeyboardInteractiveCredential,
  MAX_INSTRUCTION_BYTES,
  MAX_PROMPT_BYTES,
  MAX_PROMPTS,
  type Prompt,
  type UserauthInfoResponse,
  userauthInfoRequest,
} from '../../messages/auth.ts'
import { encodeMessage } from '../../messages/codec.ts'
import { fail, type MethodVerdict } from './method.ts'
import { MAX_PASSWORD_BYTES } from './password.ts'

/** What the server wants to know in one round. No prompts at all is allowed: the client answers at once (RFC 4256 §3.2). */
export interface PromptRound {
  readonly name?: string
  readonly instruction?: string
  readonly prompts: readonly Prompt[]
}

/** A conversation the server is in the middle of. */
export interface Conversation {
  readonly submethods: string
  readonly round: number
  readonly promptCount: number
}

export function judgeInteractive(credential: KeyboardInteractiveCredential): MethodVerdict {
  const { submethods } = credential
  return {
    next: 'decide',
    claim: { method: 'keyboard-interactive', proved: false, submethods, round: 0, responses: [] },
    secrets: [],
  }
}

/** Judges the answers of one round; RFC 4256 §3.4: a wrong number of them is a failure. */
export function judgeResponses(conversation: Conversation, message: UserauthInfoResponse): MethodVerdict {
  const { responses } = message
  const tooLong = responses.some((response) => response.length > MAX_PASSWORD_BYTES)
  if (tooLong || responses.length !== conversation.promptCount) return fail('responses-invalid')
  const { submethods, round } = conversation
  return {
    next: 'decide',
    claim: { method: 'keyboard-interactive', proved: false, submethods, round: round + 1, responses },
    secrets: responses,
  }
}

/** SSH_MSG_USERAUTH_INFO_REQUEST of a round; `undefined` where it is malformed or more than any client need accept. */
export function encodePromptRound(round: PromptRound): Uint8Array | undefined {
  const { name = '', instruction = '', prompts } = round
  if (!Array.isArray(prompts) || prompts.length > MAX_PROMPTS) return undefined
  if (!atMost(name, MAX_INSTRUCTION_BYTES) || !atMost(instruction, MAX_INSTRUCTION_BYTES)) return undefined
  if (!prompts.every(({ text }) => atMost(text, MAX_PROMPT_BYTES))) return undefined
  return encodeMessage(userauthInfoRequest, { type: 'userauth-info-request', name, instruction, language: '', prompts })
}

function atMost(text: string, maxBytes: number): boolean {
  return utf8Bytes(text).length <= maxBytes
}
