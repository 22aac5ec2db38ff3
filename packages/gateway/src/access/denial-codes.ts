/** Reason codes of SSH_MSG_CHANNEL_OPEN_FAILURE, RFC 4254 §5.1. */
export const OPEN_FAILURE_REASON = {
  administrativelyProhibited: 1,
  connectFailed: 2,
  unknownChannelType: 3,
  resourceShortage: 4,
} as const

interface DenialEntry {
  readonly code: `SP2${string}`
  readonly reason: (typeof OPEN_FAILURE_REASON)[keyof typeof OPEN_FAILURE_REASON]
  /** What happened, in a few words; what the person typed may follow it. */
  readonly message: string
  /** What to do about it, in one line; may name `{user}`, `{host}` and `{port}`. */
  readonly fix: string
}

const { administrativelyProhibited, connectFailed, unknownChannelType, resourceShortage } = OPEN_FAILURE_REASON

/**
 * Why the SSH door said no, or ended what it had allowed. Every row is explained in docs/errors.md. US-ASCII alone: OpenSSH's
 * client prints anything else as octal escapes.
 */
export const DENIALS = {
  'host.invalid': {
    code: 'SP2001',
    reason: administrativelyProhibited,
    message: 'this is neither a host name nor an address in its plain form',
    fix: 'write the name, or the address as 192.0.2.1 or 2001:db8::1',
  },
  'host.unknown': {
    code: 'SP2002',
    reason: connectFailed,
    message: 'no target and no host has this name',
    fix: 'check the spelling; an admin can add it: sallyport target add {host}',
  },
  'dns.failed': {
    code: 'SP2003',
    reason: connectFailed,
    message: 'looking the name up took too long or failed',
    fix: "try again, or use the address; an admin can check the gateway's name servers: sallyport doctor",
  },
  'gateway.self': {
    code: 'SP2101',
    reason: administrativelyProhibited,
    message: "this is the gateway's own port",
    fix: 'leave it out of the jump list',
  },
  'address.special': {
    code: 'SP2102',
    reason: administrativelyProhibited,
    message: 'this address leads back into the gateway or its surroundings, and no rule of the policy names it',
    fix: 'ask an admin: a rule for everything never means such an address',
  },
  'policy.denied': {
    code: 'SP2103',
    reason: administrativelyProhibited,
    message: 'the policy does not let you reach this',
    fix: 'ask an admin, who can see why: sallyport policy explain {user} {host} {port}',
  },
  'audit.unavailable': {
    code: 'SP2104',
    reason: resourceShortage,
    message: 'the decision could not be written to the audit log, so the way stays closed',
    fix: 'tell an admin: sallyport doctor on the gateway says what is wrong',
  },
  'gateway.failure': {
    code: 'SP2105',
    reason: resourceShortage,
    message: 'the gateway failed inside',
    fix: "tell an admin: the gateway's log has the details",
  },
  'gateway.stopping': {
    code: 'SP2106',
    reason: resourceShortage,
    message: 'the gateway is stopping and opens nothing new',
    fix: 'connect again in a minute',
  },
  'policy.source': {
    code: 'SP2111',
    reason: administrativelyProhibited,
    message: 'the policy lets you reach this from certain networks alone, and you do not come from one',
    fix: 'connect from the right network, or ask an admin which one',
  },
  'policy.hours': {
    code: 'SP2112',
    reason: administrativelyProhibited,
    message: 'the policy lets you reach this at certain hours alone',
    fix: 'come back within them',
  },
  'policy.factor': {
    code: 'SP2113',
    reason: administrativelyProhibited,
    message: 'the policy wants another proof of who you are, or a fresher one',
    fix: 'sign in anew with one that it takes',
  },
  'policy.post-quantum': {
    code: 'SP2114',
    reason: administrativelyProhibited,
    message: 'the policy wants a post-quantum key exchange, and your client has agreed on another',
    fix: 'use OpenSSH 9.0 or later without KexAlgorithms, or add mlkem768x25519-sha256 or sntrup761x25519-sha512 to it',
  },
  'policy.inspection': {
    code: 'SP2115',
    reason: administrativelyProhibited,
    message:
      'the policy limits what may happen in this session, and this gateway cannot look into it, so it stays closed',
    fix: 'ask an admin: terms that need inspection cannot be fulfilled here',
  },
  'policy.recording': {
    code: 'SP2116',
    reason: administrativelyProhibited,
    message: 'the policy wants this session recorded, and this gateway cannot record it, so it stays closed',
    fix: 'ask an admin: terms that need a recording cannot be fulfilled here',
  },
  'policy.command': {
    code: 'SP2117',
    reason: administrativelyProhibited,
    message: 'the policy lets one command run there, and your certificate has to be for that command and no other',
    fix: 'get a certificate anew: sallyport login; if it stays so, ask an admin',
  },
  'check.due': {
    code: 'SP2121',
    reason: administrativelyProhibited,
    message: 'this needs your approval in a browser',
    fix: 'approve it, then connect again',
  },
  'check.denied': {
    code: 'SP2122',
    reason: administrativelyProhibited,
    message: 'this login was denied in the browser',
    fix: 'if that was a slip, connect again in a minute',
  },
  'check.timeout': {
    code: 'SP2123',
    reason: administrativelyProhibited,
    message: 'nobody approved this login in time',
    fix: 'connect again, and approve it',
  },
  'check.busy': {
    code: 'SP2124',
    reason: resourceShortage,
    message: 'too many logins of yours wait for an approval, or too many were left without an answer',
    fix: 'answer those on the pages that their terminals name, or wait',
  },
  'check.impossible': {
    code: 'SP2125',
    reason: administrativelyProhibited,
    message: 'the policy asks for a second factor, and you have none that would do',
    fix: 'register a passkey in the console',
  },
  'check.wrong-code': {
    code: 'SP2126',
    reason: administrativelyProhibited,
    message: 'these were not your one-time codes',
    fix: "check the phone's clock, and connect again",
  },
  'dial.refused': {
    code: 'SP2201',
    reason: connectFailed,
    message: 'the target refused the connection: nothing listens on that port',
    fix: 'check the port, and that the service runs on the target',
  },
  'dial.timeout': {
    code: 'SP2202',
    reason: connectFailed,
    message: 'the target did not answer in time',
    fix: 'check that the target is up and lets the gateway through its firewall',
  },
  'dial.unreachable': {
    code: 'SP2203',
    reason: connectFailed,
    message: 'there is no route from the gateway to the target',
    fix: "check the target's address and the gateway's routes",
  },
  'dial.failed': {
    code: 'SP2204',
    reason: connectFailed,
    message: 'the connection to the target failed',
    fix: "tell an admin: the gateway's log has the details",
  },
  'request.no-shell': {
    code: 'SP2401',
    reason: administrativelyProhibited,
    message: 'nothing runs on this gateway: it has no shell, no commands and no files',
    fix: 'jump through it: ssh -J GATEWAY LOGIN@TARGET',
  },
  'request.reverse-forward': {
    code: 'SP2402',
    reason: administrativelyProhibited,
    message: 'this gateway does not listen for you (ssh -R)',
    fix: 'forward from the target instead: ssh -J GATEWAY -R ... LOGIN@TARGET',
  },
  'request.streamlocal': {
    code: 'SP2403',
    reason: administrativelyProhibited,
    message: 'this gateway has no unix sockets to reach',
    fix: 'forward them on the target instead: ssh -J GATEWAY -L ... LOGIN@TARGET',
  },
  'request.x11': {
    code: 'SP2404',
    reason: administrativelyProhibited,
    message: 'X11 is not forwarded to the gateway',
    fix: 'ask the target for it: ssh -J GATEWAY -X LOGIN@TARGET',
  },
  'request.agent': {
    code: 'SP2405',
    reason: administrativelyProhibited,
    message: 'your agent is not taken by the gateway',
    fix: 'it is not needed here: ssh -J GATEWAY -A LOGIN@TARGET forwards it to the target alone',
  },
  'request.tun': {
    code: 'SP2406',
    reason: administrativelyProhibited,
    message: 'this gateway has no tunnel devices',
    fix: 'leave -w and Tunnel out',
  },
  'request.unknown-channel': {
    code: 'SP2407',
    reason: unknownChannelType,
    message: 'this gateway does not know this kind of channel',
    fix: 'use ssh -J, -W, -L or -D',
  },
  'session.killed': {
    code: 'SP2501',
    reason: administrativelyProhibited,
    message: 'an administrator ended your session',
    fix: 'ask them why, then connect again',
  },
  'session.ended-by-owner': {
    code: 'SP2514',
    reason: administrativelyProhibited,
    message: 'your sessions were ended from your account in the console',
    fix: 'if it was you, connect again; if not, tell an admin',
  },
  'session.user-disabled': {
    code: 'SP2502',
    reason: administrativelyProhibited,
    message: 'your account was disabled or removed',
    fix: 'ask an admin',
  },
  'session.key-removed': {
    code: 'SP2503',
    reason: administrativelyProhibited,
    message: 'the key you signed in with was removed',
    fix: 'sign in with another key, or ask an admin to add a new one',
  },
  'session.certificate-expired': {
    code: 'SP2512',
    reason: administrativelyProhibited,
    message: 'the certificate you signed in with has ended',
    fix: 'sign in again: sallyport login',
  },
  'session.certificate-revoked': {
    code: 'SP2513',
    reason: administrativelyProhibited,
    message: 'the certificate you signed in with was revoked',
    fix: 'sign in again, or ask an admin',
  },
  'session.policy-changed': {
    code: 'SP2504',
    reason: administrativelyProhibited,
    message: 'the policy changed and no longer allows this',
    fix: 'ask an admin, who can see why: sallyport policy explain {user} {host} {port}',
  },
  'session.banned': {
    code: 'SP2505',
    reason: administrativelyProhibited,
    message: 'your address was banned',
    fix: 'ask an admin',
  },
  'session.idle': {
    code: 'SP2506',
    reason: administrativelyProhibited,
    message: 'nothing was sent for too long',
    fix: 'connect again; ServerAliveInterval does not count as use',
  },
  'session.expired': {
    code: 'SP2507',
    reason: administrativelyProhibited,
    message: 'the session reached its longest life',
    fix: 'connect again',
  },
  'session.draining': {
    code: 'SP2508',
    reason: administrativelyProhibited,
    message: 'the gateway is stopping',
    fix: 'connect again in a minute',
  },
  'passage.idle': {
    code: 'SP2509',
    reason: administrativelyProhibited,
    message: 'nothing was sent for longer than the policy allows',
    fix: 'connect again',
  },
  'passage.expired': {
    code: 'SP2510',
    reason: administrativelyProhibited,
    message: 'it was open for as long as the policy allows',
    fix: 'connect again',
  },
  'passage.hours-over': {
    code: 'SP2511',
    reason: administrativelyProhibited,
    message: 'the hours are over at which the policy lets you reach this',
    fix: 'come back within them',
  },
} as const satisfies Record<string, DenialEntry>

export type DenialName = keyof typeof DENIALS

/** A no, with what the person may be told about it. */
export interface Denial {
  readonly denied: DenialName
  /** One line for the client: code, what, fix. Free of anything the policy or the inventory keeps to itself. */
  readonly text: string
}

export interface DenialFacts {
  readonly user?: string
  /** As the client wrote it. */
  readonly host?: string
  readonly port?: number
  /** What would help, beside the fix; plain text of our own making. */
  readonly hint?: string
}

/** Longest piece of what a client wrote that is said back to it, in characters. */
const ECHO_MAX = 80

/** Longest hint, in characters: a line of a terminal or two. */
const HINT_MAX = 200

/** Puts the line together: `SP2103 policy.denied: the policy does not let you reach this (db1 port 22); ask an admin, …`. */
export function denial(denied: DenialName, facts: DenialFacts = {}): Denial {
  const { code, message, fix } = DENIALS[denied]
  const host = facts.host === undefined ? undefined : plainEcho(facts.host)
  const subject = host === undefined ? '' : ` (${host}${facts.port === undefined ? '' : ` port ${facts.port}`})`
  const filled = fix
    .replaceAll('{user}', facts.user ?? 'USER')
    .replaceAll('{host}', host ?? 'HOST')
    .replaceAll('{port}', String(facts.port ?? 'PORT'))
  const hint = facts.hint === undefined ? '' : `: ${cut(facts.hint, HINT_MAX)}`
  return { denied, text: `${code} ${denied}: ${message}${subject}; ${filled}${hint}` }
}

/** What a client wrote, as it may be repeated: cut, and every character outside the alphabet of hosts replaced. */
function plainEcho(text: string): string {
  return cut(text, ECHO_MAX).replaceAll(/[^A-Za-z0-9._:[\]-]/g, '?')
}

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max)}...` : text
}
