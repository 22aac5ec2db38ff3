import { SshError } from '../errors.ts'
import { type HostPattern, parseHostPatterns } from './name-patterns.ts'
import type { SkDemand } from './signature.ts'

/** A place that `permitopen` or `permitlisten` allows; `*` is any. */
export interface ForwardPermission {
  readonly host: string
  readonly port: number | '*'
}

/** Options before a key in authorized_keys, sshd(8) "AUTHORIZED_KEYS FILE FORMAT". */
export interface KeyOptions {
  /** The key is an authority: certificates it signed count, itself it does not. */
  readonly certAuthority: boolean
  /** Names of which a certificate must have one, instead of the user's; only with `certAuthority`. */
  readonly principals?: readonly string[]
  /** Replaces whatever command, shell or subsystem is asked for. */
  readonly command?: string
  readonly environment: ReadonlyMap<string, string>
  readonly from?: readonly HostPattern[]
  /** Milliseconds since the epoch; the key does not count after it. */
  readonly expiryTime?: number
  /** Undefined: no restriction. */
  readonly permitOpen?: readonly ForwardPermission[]
  readonly permitListen?: readonly ForwardPermission[]
  readonly tunnel?: number | 'any'
  /** `restrict` stood in the line: what OpenSSH invents later is off, too. */
  readonly restricted: boolean
  readonly permitAgentForwarding: boolean
  readonly permitPortForwarding: boolean
  readonly permitPty: boolean
  readonly permitUserRc: boolean
  readonly permitX11Forwarding: boolean
  /** For `verifySkSignature` of the login, where the key is in a security key. */
  readonly skDemand: Required<SkDemand>
}

type Draft = { -readonly [Name in keyof KeyOptions]: KeyOptions[Name] }

const set = (change: Partial<KeyOptions>) => (draft: Draft) => Object.assign(draft, change)

/** Options without a value, by lower-case name. They apply in the order of the line, so `restrict,pty` allows a pty. */
const FLAGS: ReadonlyMap<string, (draft: Draft) => unknown> = new Map([
  ['cert-authority', set({ certAuthority: true })],
  [
    'restrict',
    set({
      restricted: true,
      permitAgentForwarding: false,
      permitPortForwarding: false,
      permitPty: false,
      permitUserRc: false,
      permitX11Forwarding: false,
    }),
  ],
  ...onAndOff('agent-forwarding', 'permitAgentForwarding'),
  ...onAndOff('port-forwarding', 'permitPortForwarding'),
  ...onAndOff('pty', 'permitPty'),
  ...onAndOff('user-rc', 'permitUserRc'),
  ...onAndOff('x11-forwarding', 'permitX11Forwarding'),
  ...demand('touch-required', 'presence'),
  ...demand('verify-required', 'verification'),
])

type Entry = [name: string, apply: (draft: Draft) => unknown]

function onAndOff(name: string, field: keyof KeyOptions): Entry[] {
  return [
    [name, set({ [field]: true })],
    [`no-${name}`, set({ [field]: false })],
  ]
}

function demand(name: string, field: keyof SkDemand): Entry[] {
  const apply = (value: boolean) => (draft: Draft) => {
    draft.skDemand = { ...draft.skDemand, [field]: value }
  }
  return [
    [name, apply(true)],
    [`no-${name}`, apply(false)],
  ]
}

/** Options with a value, by lower-case name. */
const VALUES: ReadonlyMap<string, (draft: Draft, value: string) => void> = new Map([
  ['command', (draft, value) => once(draft, 'command', value)],
  ['principals', (draft, value) => once(draft, 'principals', parsePrincipals(value))],
  ['from', (draft, value) => once(draft, 'from', wellFormed(parseHostPatterns(value), 'from'))],
  [
    'expiry-time',
    (draft, value) => {
      const time = wellFormed(parseExpiryTime(value), 'expiry-time')
      draft.expiryTime = Math.min(time, draft.expiryTime ?? time)
    },
  ],
  ['environment', addEnvironment],
  [
    'permitopen',
    (draft, value) => {
      draft.permitOpen = addPermission(draft.permitOpen, value, 'permitopen')
    },
  ],
  [
    'permitlisten',
    (draft, value) => {
      const full = value.includes(':') ? value : `*:${value}`
      draft.permitListen = addPermission(draft.permitListen, full, 'permitlisten')
    },
  ],
  ['tunnel', (draft, value) => once(draft, 'tunnel', wellFormed(parseTunnel(value), 'tunnel'))],
])

/** What an unadorned key may do. */
export const defaultKeyOptions: KeyOptions = {
  certAuthority: false,
  environment: new Map(),
  restricted: false,
  permitAgentForwarding: true,
  permitPortForwarding: true,
  permitPty: true,
  permitUserRc: true,
  permitX11Forwarding: true,
  skDemand: { presence: true, verification: false },
}

/** More than any real line has; each costs an entry that lives as long as the key. */
const MAX_PERMISSIONS = 4096
const MAX_ENVIRONMENT = 1024

/**
 * Reads the options part of a line: `name`, `name="value"`, separated by commas; `\"` inside a value is a quote.
 * Throws SshError 'key-format' for an unknown option or a malformed value: the line then must not count at all.
 */
export function parseKeyOptions(text: string): KeyOptions {
  const draft: Draft = { ...defaultKeyOptions }
  // a backslash stands for itself unless a quote follows: OpenSSH's rule, which C strings do not share
  const item = /([A-Za-z0-9-]+)(?:="((?:\\"|\\(?!")|[^"\\])*)")?(,|$)/y
  do {
    const match = item.exec(text)
    if (match === null) throw malformed('options cannot be read: name, name="value", separated by commas')
    const [, name = '', value] = match
    apply(draft, name.toLowerCase(), value?.replaceAll('\\"', '"'))
    if (match[3] === '') return draft
  } while (item.lastIndex < text.length)
  throw malformed('options end in a comma')
}

function apply(draft: Draft, name: string, value: string | undefined): void {
  const flag = FLAGS.get(name)
  const valued = VALUES.get(name)
  if (flag !== undefined && value === undefined) flag(draft)
  else if (valued !== undefined && value !== undefined) valued(draft, value)
  else if (flag !== undefined) throw malformed(`option ${name} takes no value`)
  else if (valued !== undefined) throw malformed(`option ${name} needs a value`)
  else throw malformed(`unknown option ${name}`)
}

function malformed(message: string): SshError {
  return new SshError('key-format', message)
}

function wellFormed<T>(value: T | undefined, option: string): T {
  if (value === undefined) throw malformed(`malformed value of ${option}`)
  return value
}

function once<Name extends keyof Draft>(draft: Draft, name: Name, value: Draft[Name]): void {
  if (draft[name] !== undefined) throw malformed(`option ${name} stands twice`)
  draft[name] = value
}

function parsePrincipals(value: string): readonly string[] {
  const names = value.split(',')
  if (names.includes('')) throw malformed('malformed value of principals')
  return names
}

/** The first of several with one name counts, as in sshd. */
function addEnvironment(draft: Draft, value: string): void {
  const equals = value.indexOf('=')
  const name = value.slice(0, Math.max(equals, 0))
  if (!/^[A-Za-z0-9_]+$/.test(name)) throw malformed('malformed value of environment')
  if (draft.environment.size >= MAX_ENVIRONMENT) throw malformed('too many environment options')
  if (draft.environment.has(name)) return
  draft.environment = new Map([...draft.environment, [name, value.slice(equals + 1)]])
}

function addPermission(
  permissions: readonly ForwardPermission[] = [],
  value: string,
  option: string,
): readonly ForwardPermission[] {
  if (permissions.length >= MAX_PERMISSIONS) throw malformed(`too many ${option} options`)
  return [...permissions, wellFormed(parsePermission(value), option)]
}

/** `host:port`, `[address]:port`; either may be `*`. */
function parsePermission(value: string): ForwardPermission | undefined {
  const match = /^(?:\[([^[\]]+)\]|([^:[\]]+)):(\*|\d{1,5})$/.exec(value)
  if (match === null) return undefined
  const port = match[3] === '*' ? '*' : Number(match[3])
  if (port !== '*' && (port < 1 || port > 65_535)) return undefined
  return { host: (match[1] ?? match[2] ?? '').toLowerCase(), port }
}

function parseTunnel(value: string): number | 'any' | undefined {
  if (value === 'any') return 'any'
  return /^\d{1,9}$/.test(value) ? Number(value) : undefined
}

/** `YYYYMMDD[HHMM[SS]]` in local time, in UTC with a `Z` behind; milliseconds since the epoch. */
export function parseExpiryTime(value: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?(Z?)$/i.exec(value)
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  const utc = match[7] !== ''
  const parts = [year, month - 1, day, hour, minute, second] as const
  const date = utc ? new Date(Date.UTC(...parts)) : new Date(...parts)
  // the 31st of February is a date to JavaScript, but none to people
  const fields = utc
    ? [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), date.getUTCHours()]
    : [date.getFullYear(), date.getMonth(), date.getDate(), date.getHours()]
  if (minute > 59 || second > 60 || fields.some((field, at) => field !== parts[at])) return undefined
  return date.getTime()
}
