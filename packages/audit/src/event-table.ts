import type { AuditEventOf, AuditEventType, EventContext } from './event.ts'

/** How one field of an event is held: what it means, its kind, and how much of it is kept. */
export interface FieldSpec {
  readonly kind: 'text' | 'texts' | 'number' | 'time'
  readonly optional: boolean
  readonly doc: string
  /** Bytes of UTF-8 inside the JSON string; for `texts`, of each element. */
  readonly maxBytes: number
  /** For `texts`: elements kept. */
  readonly maxCount: number
}

interface Text<Optional extends boolean> extends FieldSpec {
  readonly kind: 'text'
  readonly optional: Optional
}
interface Texts<Optional extends boolean> extends FieldSpec {
  readonly kind: 'texts'
  readonly optional: Optional
}
interface Num<Optional extends boolean> extends FieldSpec {
  readonly kind: 'number' | 'time'
  readonly optional: Optional
}

/** Names and codes of ours, addresses, fingerprints: all shorter than a DNS name's 253. */
const SHORT_BYTES = 256
/** An IPv6 prefix. */
const PREFIX_BYTES = 64
/** A policy tag, twice over. */
const TAG_BYTES = 128
/** What a peer or an administrator wrote: enough to recognise, small enough that a flood of it does not matter. */
const LONG_BYTES = 1024
/** Elements kept of a list; `{LIST_MAX} × SHORT_BYTES` stays below half a line. */
const LIST_MAX = 15

const text = (doc: string, maxBytes = SHORT_BYTES): Text<false> => ({
  kind: 'text',
  optional: false,
  doc,
  maxBytes,
  maxCount: 1,
})
const texts = (doc: string, maxBytes = SHORT_BYTES): Texts<false> => ({
  kind: 'texts',
  optional: false,
  doc,
  maxBytes,
  maxCount: LIST_MAX,
})
/** A number of JavaScript's safe integers, not negative. */
const number = (doc: string): Num<false> => ({ kind: 'number', optional: false, doc, maxBytes: 16, maxCount: 1 })
/** Milliseconds since the epoch in the program, RFC 3339 in the log. */
const time = (doc: string): Num<false> => ({ kind: 'time', optional: false, doc, maxBytes: 30, maxCount: 1 })
const maybe = <S extends FieldSpec>(spec: S): S & { readonly optional: true } => ({ ...spec, optional: true }) as never

type SpecOf<V, Optional extends boolean> = V extends number
  ? Num<Optional>
  : V extends string
    ? Text<Optional>
    : V extends readonly string[]
      ? Texts<Optional>
      : never
type Own<E> = Omit<E, keyof EventContext | 'type'>
type FieldsOf<E> = {
  readonly [K in keyof Own<E>]-?: undefined extends Own<E>[K]
    ? SpecOf<Exclude<Own<E>[K], undefined>, true>
    : SpecOf<Own<E>[K], false>
}
interface EventSpec<T extends AuditEventType> {
  readonly doc: string
  readonly fields: FieldsOf<AuditEventOf<T>>
  /** Written even when the disk is full, out of the store's reserve: ends of what was let through. */
  readonly essential?: true
  /** Tells of what has happened and lets nothing through: it may wait a moment and share the next commit. */
  readonly mayWait?: true
}

/** Fields that every entry may carry, in the order in which they are written. */
export const CONTEXT_FIELDS = {
  actor: text('Who did it: a login name, `@gateway`, `@stranger` (not proved yet) or `@local:NAME` (on the machine)'),
  session: maybe(text('The connection it belongs to')),
  source: maybe(text('Canonical IP address of the peer')),
} as const satisfies Record<keyof EventContext, FieldSpec>

const version = text('The version text the peer sent, e.g. `SSH-2.0-OpenSSH_10.0`')
const fingerprint = text('`SHA256:…` as OpenSSH prints it')
const keyType = text('SSH key type')
const reason = text('A stable code, see docs/errors.md')
const passage = text('The way through, the same in all events about it')
const target = text("The inventory's name for it; none for a bare address")
const address = text('The IP address dialled, canonical')
const port = number('TCP port')
const duration = number('Milliseconds')
const user = text('Login name')
const certificateKind = text('`user` or `host`')
const webSession = text('The web session')
const signInMethod = text('How, e.g. `passkey`')
const linkPurpose = text('`setup`, `invite` or `recover`')
const identityProvider = text('The identity provider, as the configuration names it')
const providerSubject = text('The provider’s own name for them')
const pendingFields = {
  provider: identityProvider,
  subject: providerSubject,
  address: text('Their mail address, as the provider verified it'),
} as const
const credentialKind = text('`passkey`, `totp` or `password`')
const decision = {
  passage: maybe(passage),
  destinationHost: text('Name or address as the client wrote it'),
  destinationPort: number('Port as the client wrote it'),
  target: maybe(target),
  address: maybe(text('The IP address the decision is about, canonical; none where no name was resolved')),
  port: maybe(port),
  rule: maybe(text('The rule that decided, as the policy names it')),
  policyVersion: maybe(number('Version of the policy that decided')),
}
const userFields = { user, userId: text('The user, also after a change of name') }
const keyFields = {
  user,
  key: text('The key, as `key ls` names it'),
  keyType,
  fingerprint,
  comment: maybe(text('The comment it came with')),
}
const targetFields = { target: text("The inventory's name"), targetId: text('The target, also after a change of name') }
const changes = texts('Names of the fields that changed')

/** Every event type with its fields, in the order in which they are written. */
export const AUDIT_EVENTS = {
  'gateway-started': {
    doc: 'The gateway is ready and its doors are open.',
    fields: { version: text('Its version'), doors: texts('Addresses it listens on') },
  },
  'gateway-stopped': {
    doc: 'The gateway closed its doors in good order. A start without a stop before it was a crash.',
    fields: { reason, uptimeMs: duration },
    essential: true,
  },
  'host-key-created': { doc: 'The gateway has a new host key.', fields: { keyType, fingerprint } },
  'host-key-promoted': {
    doc: 'Clients are shown another host key from now on.',
    fields: { keyType, fingerprint, former: maybe(text('Fingerprint of the key before it, which is still announced')) },
  },
  'host-key-removed': { doc: 'A host key is no longer used.', fields: { keyType, fingerprint } },
  'config-changed': {
    doc: 'A new configuration is in force.',
    fields: { keys: texts('Names of the keys whose value changed, never the values') },
  },
  'connection-opened': { doc: 'A peer connected.', fields: { door: text('Where it came in, e.g. `ssh`') } },
  'connection-refused': {
    doc: 'A peer was turned away before anything was read from it.',
    fields: { door: text('Where it knocked'), reason },
  },
  'connection-closed': {
    doc: 'A connection that was opened is gone.',
    fields: { reason, durationMs: duration, clientVersion: maybe(version) },
    essential: true,
    mayWait: true,
  },
  'authentication-succeeded': {
    doc: 'A peer proved who it is: the actor.',
    fields: {
      method: text('How, e.g. `publickey`'),
      requestedUser: text('The user name the client sent'),
      keyType: maybe(keyType),
      fingerprint: maybe(fingerprint),
      clientVersion: maybe(version),
      certificate: maybe(number('Serial number of the certificate that said whose key it is')),
      authority: maybe(text('The authority that signed it, where it is not ours: as the configuration calls it')),
      factors: maybe(texts('Everything that was proved, e.g. `sk-key-pin`, `passkey`')),
    },
  },
  'check-asked': {
    doc: 'The SSH door asks the actor for a second factor: at sign-in, or for one way.',
    fields: {
      target: maybe(text('Where to; none for a sign-in as a whole')),
      port: maybe(port),
      factors: texts('Kinds that would do'),
      rule: maybe(text('The rule that demands it, as the policy names it')),
    },
  },
  'check-passed': {
    doc: 'The actor gave the second factor. Written before it counts.',
    fields: {
      target: maybe(text('Where to')),
      port: maybe(port),
      method: text('`passkey` or `totp`'),
      seconds: maybe(number('How long the actor lets it count for other logins from there; 0 for this one alone')),
    },
  },
  'check-refused': {
    doc: 'The actor was asked for a second factor and did not give it.',
    fields: { target: maybe(text('Where to')), port: maybe(port), reason },
  },
  'login-disowned': {
    doc: 'The actor says that a login that waited for them was somebody else’s: whoever it was holds their key.',
    fields: {
      target: maybe(text('Where to; none for a sign-in as a whole')),
      port: maybe(port),
      fingerprint: text('The key that was proved, `SHA256:…`'),
      clientVersion: text('What the client called itself'),
    },
  },
  'checks-forgotten': {
    doc: 'Second factors that a person had given count no more.',
    fields: {
      user,
      count: number('How many'),
      reason: text('`asked`, `signed-out`, `credential-removed`, `recovered`, `disowned` or `user-disabled`'),
      from: maybe(text('The address that they counted for; none for all')),
      target: maybe(text('Where to; `*` for a sign-in as a whole, none for all')),
    },
  },
  'authentication-failed': {
    doc: 'A peer did not prove who it is.',
    fields: {
      reason,
      method: maybe(text('The last method tried')),
      requestedUser: maybe(text('The user name the client sent')),
      keyType: maybe(keyType),
      fingerprint: maybe(text('The last key offered, `SHA256:…`')),
      attempts: maybe(number('Tries on this connection')),
      clientVersion: maybe(version),
    },
    mayWait: true,
  },
  'request-refused': {
    doc: 'A client asked for something this gateway does not do or does not allow, other than reaching a target.',
    fields: { request: text('What, by its protocol name, e.g. `tcpip-forward`'), reason },
  },
  'access-granted': {
    doc: 'The policy lets the actor reach this address. Written before it is dialled.',
    fields: decision,
  },
  'access-denied': { doc: 'The actor may not reach what they asked for.', fields: { ...decision, reason } },
  'passage-opened': {
    doc: 'The target answered; bytes flow.',
    fields: { passage, target: maybe(target), address, port, dialMs: number('Milliseconds until the target answered') },
    mayWait: true,
  },
  'passage-failed': {
    doc: 'Access was granted and the target could not be reached.',
    fields: { passage, target: maybe(target), address, port, reason, detail: maybe(text('What the system said')) },
    mayWait: true,
  },
  'passage-closed': {
    doc: 'A way through has ended.',
    fields: {
      passage,
      target: maybe(target),
      address,
      port,
      reason,
      bytesUp: number('Bytes from the client to the target'),
      bytesDown: number('Bytes from the target to the client'),
      durationMs: duration,
      innerBanner: maybe(text('The version text of the SSH server behind it, where one spoke')),
    },
    essential: true,
    mayWait: true,
  },
  'session-ended': {
    doc: 'A connection that had proved who it is was ended by somebody else than its client: the actor.',
    fields: {
      user,
      reason,
      note: maybe(text('In the words of who ended it, as its client was told', LONG_BYTES)),
      durationMs: duration,
      passages: number('Ways through that were open'),
    },
    essential: true,
    mayWait: true,
  },
  'penalty-applied': {
    doc: 'A source is refused for a while because of what it did.',
    fields: { subject: text('Address or prefix'), reason, seconds: number('How long from now') },
  },
  'ban-added': {
    doc: 'A source is refused until a time, or until lifted.',
    fields: {
      ban: text('The ban, as `ban ls` names it'),
      subject: text('Address or prefix'),
      reason: text('Why, in the words of who set it', LONG_BYTES),
      until: maybe(time('When it ends')),
    },
  },
  'ban-lifted': {
    doc: 'A ban no longer holds.',
    fields: { ban: text('The ban'), subject: text('Address or prefix'), reason: text('Why', LONG_BYTES) },
  },
  'user-added': { doc: 'A user was added.', fields: { ...userFields, role: text('What they may do to the gateway') } },
  'user-changed': { doc: 'A user was changed.', fields: { ...userFields, changes } },
  'user-disabled': { doc: 'A user may no longer sign in.', fields: userFields },
  'user-enabled': { doc: 'A disabled user may sign in again.', fields: userFields },
  'user-removed': { doc: 'A user and their keys are gone.', fields: userFields },
  'key-added': { doc: 'A key proves this user from now on.', fields: keyFields },
  'key-removed': { doc: 'A key proves nobody any more.', fields: keyFields },
  'target-added': {
    doc: 'A target is in the inventory.',
    fields: { ...targetFields, address: text('IP address or DNS name'), port, tags: texts('Its policy tags') },
  },
  'target-changed': {
    doc: 'A target was changed.',
    fields: {
      ...targetFields,
      changes,
      address: maybe(text('The IP address or DNS name that it has now')),
      port: maybe(port),
      tags: maybe(texts('The policy tags that it has now', TAG_BYTES)),
    },
  },
  'target-removed': { doc: 'A target is no longer in the inventory.', fields: targetFields },
  'policy-applied': {
    doc: 'A policy is in force.',
    fields: {
      version: number('Its version'),
      sha256: text('SHA-256 of its text, hex'),
      author: text('Who wrote it'),
      message: maybe(text('Why', LONG_BYTES)),
      restores: maybe(number('The earlier version whose text it is, after a rollback')),
    },
  },
  'policy-lockout-allowed': {
    doc: 'Somebody insisted on a policy under which its author, or every administrator, reaches nothing any more.',
    fields: {
      version: number('Version of the policy'),
      lockedOut: texts('Login names of those who reach nothing any more'),
    },
  },
  'policy-refused': {
    doc: 'A policy was not taken; the one before stays in force.',
    fields: {
      sha256: text('SHA-256 of its text, hex'),
      author: text('Who wrote it'),
      reason,
      problems: texts('The first problems found, with line and column'),
    },
  },
  'administration-refused': {
    doc: 'Somebody asked for an act of administration that is not theirs.',
    fields: { request: text('What, e.g. `user-add`'), reason },
  },
  'audit-key-created': {
    doc: 'Checkpoints of this log are signed by a new key.',
    fields: { key: text('Its short name, as in checkpoints'), publicKey: text('The raw Ed25519 public key, base64') },
  },
  'audit-exported': {
    doc: 'Somebody took a copy of the log.',
    fields: { from: number('First entry'), to: number('Last entry') },
  },
  'audit-rollback-accepted': {
    doc: 'The store lacks entries that a checkpoint vouches for, and an operator started the gateway all the same.',
    fields: {
      from: number('First entry that is lost'),
      to: number('Last entry known to be lost'),
      hash: text('Hash of that last entry, hex'),
      until: maybe(time('Newest checkpoint over what is lost, where the clock was ahead when it was signed')),
    },
  },
  'authority-created': {
    doc: 'There is a new certificate authority. It is believed from now on and signs once it is promoted; the first of its kind signs at once.',
    fields: { authority: text('The authority, as `ca show` names it'), kind: certificateKind, fingerprint },
  },
  'authority-promoted': {
    doc: 'Another authority signs from now on.',
    fields: {
      authority: text('The authority'),
      kind: certificateKind,
      fingerprint,
      former: maybe(text('Fingerprint of the one before it, which is still believed')),
    },
  },
  'authority-retired': {
    doc: 'Certificates of this authority are no longer believed, and its key is destroyed.',
    fields: { authority: text('The authority'), kind: certificateKind, fingerprint },
  },
  'certificate-issued': {
    doc: 'An authority signs a certificate. Written before it is handed out.',
    fields: {
      serial: number('Its serial number'),
      kind: certificateKind,
      subject: text('Login name or target it is about'),
      authority: text('The authority that signs'),
      fingerprint,
      principals: texts('Names it carries'),
      sourceAddresses: maybe(texts('Networks that it is bound to', PREFIX_BYTES)),
      forceCommand: maybe(text('What it makes targets run, whatever is asked for')),
      validBefore: time('When it ends'),
    },
  },
  'certificate-revoked': {
    doc: 'A certificate no longer counts.',
    fields: {
      serial: number('Its serial number'),
      subject: text('Login name or target it was about'),
      reason: text('Why', LONG_BYTES),
    },
  },
  'key-revoked': {
    doc: 'A key no longer proves anybody, also inside certificates.',
    fields: { fingerprint, reason: text('Why', LONG_BYTES) },
  },
  'key-reinstated': { doc: 'A revoked key counts again.', fields: { fingerprint } },
  'signed-in': {
    doc: 'Somebody signed in to the console or with the command: the actor.',
    fields: { webSession, method: signInMethod, agent: text('What the browser or command calls itself') },
  },
  'sign-in-refused': {
    doc: 'A credential that is known, or claims to be somebody’s, proved nobody.',
    fields: { method: signInMethod, reason },
    mayWait: true,
  },
  'signed-out': { doc: 'A web session is over before its time.', fields: { webSession, user } },
  'link-made': {
    doc: 'A one-time link was made with which this person sets up how they sign in.',
    fields: { user, purpose: linkPurpose, until: time('When it ends') },
  },
  'link-used': { doc: 'A one-time link was used up by the actor.', fields: { purpose: linkPurpose } },
  'credential-added': {
    doc: 'This person can prove themselves in one more way.',
    fields: { user, kind: credentialKind, name: text('What its owner calls it') },
  },
  'credential-removed': {
    doc: 'A way to prove oneself no longer counts.',
    fields: { user, kind: credentialKind, name: text('What its owner called it') },
  },
  'recovery-codes-made': { doc: 'New recovery codes; the old ones no longer count.', fields: { user } },
  'identity-linked': {
    doc: 'Whoever an identity provider knows by this subject is this user from now on.',
    fields: {
      user,
      provider: identityProvider,
      subject: providerSubject,
      how: text(
        '`link`: the account had this address; `join`: it was made for them; `approve`: by the admin who let them in; `self`: by the user',
      ),
    },
  },
  'identity-unlinked': {
    doc: 'Whoever an identity provider knows by this subject is no longer this user, and what it vouched for ended.',
    fields: { user, provider: identityProvider, subject: providerSubject },
  },
  'account-asked': {
    doc: 'Somebody proved themselves to an identity provider for the first time, and waits for an admin to give them an account.',
    fields: pendingFields,
  },
  'account-denied': {
    doc: 'Whoever waited gets no account: they are refused until this is taken back, or for a year.',
    fields: pendingFields,
  },
  'account-forgotten': {
    doc: 'Somebody who waited, or was denied, is as if they had never asked.',
    fields: pendingFields,
  },
  'groups-vouched': {
    doc: 'An identity provider vouches for other groups of somebody than before.',
    fields: {
      user,
      provider: identityProvider,
      groups: texts('All that it vouches for from now on, as the policy names them'),
    },
  },
  'break-glass': {
    doc: 'An emergency way into an account that administers the gateway was used or made. Look into every one of these.',
    fields: {
      user,
      role: text('What the account may do to the gateway'),
      means: text(
        '`recovery-code`: signed in with one; `local-link`: a one-time link was made on the gateway’s own machine',
      ),
    },
  },
  'api-token-added': {
    doc: 'A token with which scripts act for this person.',
    fields: {
      user,
      credential: text('The token’s id, as `token ls` names it'),
      name: text('What it is for'),
      scopes: texts('What it may do'),
      until: time('When it ends'),
    },
  },
  'api-token-removed': {
    doc: 'An API token no longer counts.',
    fields: { user, credential: text('The token’s id'), name: text('What it was for') },
  },
} as const satisfies { readonly [T in AuditEventType]: EventSpec<T> }

export const AUDIT_EVENT_TYPES = Object.keys(AUDIT_EVENTS) as readonly AuditEventType[]

/** A row of the table without its static type. */
export interface AnyEventSpec {
  readonly doc: string
  readonly fields: Readonly<Record<string, FieldSpec>>
  readonly essential?: true
  readonly mayWait?: true
}

/** The table's row for a type: for code that walks any event. */
export function eventSpec(type: string): AnyEventSpec | undefined {
  return Object.hasOwn(AUDIT_EVENTS, type) ? AUDIT_EVENTS[type as AuditEventType] : undefined
}
