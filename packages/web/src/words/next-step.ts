import type { ApiError, ApiErrorName } from '@sallyport/api'

/** What to do about an error: words, and a command where there is one to run. */
export interface NextStep {
  readonly text: string
  /** For a shell. */
  readonly command?: string
}

/** Steps that are another one here than for the command, for which the gateway says them. */
const HERE: Partial<Record<ApiErrorName, string>> = {
  'request.too-large': 'send less of it at once',
  'request.cross-site': 'load this page again, at the gateway’s own address',
  'route.unknown': 'load the page again; the gateway may have another version than this page',
  'daemon.protocol': 'load the page again; the gateway may have another version than this page',
  'caller.unknown': 'sign in again',
  'caller.not-allowed': 'an owner or admin can give you another role',
  'user.exists': 'choose another login; if they were added just now, make their link on their own page',
  'user.not-found': 'look among the people under Users: they may have been removed',
  'user.last-admin': 'make another person admin first, under Users',
  'key.not-found': 'load the page again: it may have been removed',
  'target.not-found': 'look among the targets: it may have been removed',
  'session.not-found': 'look among the live sessions: it may have ended',
  'link.unknown': 'ask whoever sent it for a new one',
  'policy.locks-out': 'the version before stays in force: leave them a rule, or insist',
  'policy.version-conflict': 'compare it with your draft, bring your change into it, and publish again',
  'policy.version-unknown': 'choose another one in the history',
  'sign-in.stale': 'prove yourself once more, then repeat it',
  'password.off': 'sign in with a passkey; an admin may set https.passwords = true in sallyport.toml',
}

/** What the console says to do about an error; undefined where nobody knows. */
export function nextStep({ reason, fix }: Pick<ApiError, 'reason' | 'fix'>): NextStep | undefined {
  const here = Object.hasOwn(HERE, reason) ? HERE[reason] : undefined
  if (here !== undefined) return { text: here }
  return fix === undefined ? undefined : stepOf(fix)
}

const COMMAND = 'sallyport '

/** Takes the command out of a sentence: “start again: sallyport login”, “look at it (sallyport policy show), and …”. */
function stepOf(fix: string): NextStep {
  const at = fix.indexOf(COMMAND)
  if (at === -1) return { text: fix }
  const before = fix.slice(0, at).trimEnd()
  const rest = fix.slice(at)
  if (before === '') return { text: 'on the command line:', command: rest }
  if (before.endsWith(':')) return { text: before.slice(0, -1), command: rest }
  const end = rest.indexOf(')')
  if (!before.endsWith('(') || end === -1) return { text: fix }
  return { text: `${before.slice(0, -1).trimEnd()}${rest.slice(end + 1)}`, command: rest.slice(0, end) }
}
