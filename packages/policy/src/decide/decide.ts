import type { Role } from '@sallyport/model'
import { parseIpAddress } from '../address/ip-address.ts'
import type { RuleRef } from '../language/policy.ts'
import { PORT_MAX, SCTP, TCP, UDP } from '../language/service.ts'
import type { CompiledPolicy } from './compile.ts'
import type { UserFacts } from './directory.ts'
import { type Endpoint, endpointAt } from './endpoint.ts'
import { NO_RULE } from './port-table.ts'
import type { Subject } from './subject.ts'

/** May this user open this port at this address? */
export interface Query {
  readonly user: {
    readonly name: string
    /** As the caller last knew it. The directory's role decides, so that a demotion counts at once. */
    readonly role?: Role
  }
  /** Where the user comes from: text of an IP address. Without it, rules whose `src` is an address do not apply. */
  readonly source?: string
  readonly destination: {
    /** Text of the IP address that will be dialled, not a name. */
    readonly address: string
    /** 1 to 65535. */
    readonly port: number
    /** Default `tcp`. */
    readonly protocol?: 'tcp' | 'udp' | 'sctp'
    /** Tags of the inventory target that was asked for, beside those that the directory has for the address. */
    readonly tags?: readonly string[]
  }
}

/** Why a decision is as it is; stable, documented in `docs/errors.md`. */
export const DECISION_CODES = [
  'allowed',
  'no-matching-rule',
  'special-address',
  'user-unknown',
  'user-disabled',
  'invalid-destination',
] as const
export type DecisionCode = (typeof DECISION_CODES)[number]

export interface Decision {
  readonly verdict: 'allow' | 'deny'
  readonly code: DecisionCode
  /** The first rule of the text that allows it. */
  readonly rule?: RuleRef
}

const PROTOCOLS = { tcp: TCP, udp: UDP, sctp: SCTP } as const

/** Deny by default: allowed only by a rule, for a user that the directory holds and that is not disabled. Never throws. */
export function decide(compiled: CompiledPolicy, query: Query): Decision {
  const question = resolveQuery(compiled, query)
  if (!question.ok) return { verdict: 'deny', code: question.code }
  const { subject, endpoint, protocol, port } = question
  const rule = firstRule(compiled, subject, endpoint, protocol, port)
  if (rule !== undefined) return { verdict: 'allow', code: 'allowed', rule }
  return { verdict: 'deny', code: denialCode(compiled, question) }
}

/** A query with every name and address looked up. */
export interface Question {
  readonly ok: true
  readonly subject: Subject
  readonly endpoint: Endpoint
  readonly protocol: number
  readonly port: number
}

export function resolveQuery(
  compiled: CompiledPolicy,
  query: Query,
): Question | { readonly ok: false; readonly code: DecisionCode } {
  const { address: text, port, protocol = 'tcp', tags = [] } = query.destination
  const address = parseIpAddress(text)
  if (address === undefined || !isPort(port)) return { ok: false, code: 'invalid-destination' }
  const user = compiled.directory.user(query.user.name)
  if (user === undefined) return { ok: false, code: 'user-unknown' }
  if (user.disabled) return { ok: false, code: 'user-disabled' }
  const endpoint = endpointAt(address, tags, compiled.directory)
  return { ok: true, subject: subjectOf(user, query.source), endpoint, protocol: PROTOCOLS[protocol], port }
}

export function subjectOf(user: Pick<UserFacts, 'name' | 'role'>, source: string | undefined): Subject {
  const address = source === undefined ? undefined : parseIpAddress(source)
  const subject = { user, tags: [], tagged: false }
  return address === undefined ? subject : { ...subject, source: address }
}

export function firstRule(
  compiled: CompiledPolicy,
  subject: Subject,
  endpoint: Endpoint,
  protocol: number,
  port: number,
): RuleRef | undefined {
  const order = compiled.rules.first(subject, endpoint, protocol, port)
  return order === NO_RULE ? undefined : ruleRef(compiled, order)
}

export function ruleRef(compiled: CompiledPolicy, order: number): RuleRef {
  const rule = compiled.policy.rules[order]
  if (rule === undefined) throw new RangeError(`no rule of order ${order}`)
  const { section, index, position } = rule
  return { section, index, line: position.line, column: position.column }
}

/** `special-address` where a rule would allow it if the address were an ordinary one: that needs another remedy. */
function denialCode(compiled: CompiledPolicy, { subject, endpoint, protocol, port }: Question): DecisionCode {
  if (endpoint.special === undefined) return 'no-matching-rule'
  const { special: _, ...ordinary } = endpoint
  return compiled.rules.first(subject, ordinary, protocol, port) === NO_RULE ? 'no-matching-rule' : 'special-address'
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= PORT_MAX
}
