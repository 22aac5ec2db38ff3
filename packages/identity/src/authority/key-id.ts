import { parseId, type UserId } from '@sallyport/model'

/** Whom a user certificate of ours is about, as its key id says. */
export interface KeyIdFacts {
  /** Login name when it was signed: for people who read sshd's log. */
  readonly name: string
  readonly userId: UserId
  /** The sign-in that it came from, or `direct` where an administrator had it signed. */
  readonly session: string
}

const SESSION = /^(?:direct|[a-z]{3}_[a-z2-7]{16})$/

/** `alice@example.com usr_… web_…`: what sshd writes into its log beside the serial number. */
export function formatKeyId({ name, userId, session }: KeyIdFacts): string {
  return `${name} ${userId} ${session}`
}

/** Undefined for a key id that is not one of ours. Believe it only of a certificate that one of our authorities signed. */
export function parseKeyId(text: string): KeyIdFacts | undefined {
  const [name = '', id = '', session = '', ...rest] = text.split(' ')
  const userId = parseId('user', id)
  if (name === '' || userId === undefined || !SESSION.test(session) || rest.length > 0) return undefined
  return { name, userId, session }
}
