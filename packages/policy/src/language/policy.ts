import type { IpRange } from '../address/ip-range.ts'
import type { Diagnostic } from '../text/diagnostic.ts'
import type { Position } from '../text/position.ts'
import type { Parsed, Service } from './service.ts'

/** A policy as read: every name resolved or known to exist, every place kept. Only `parsePolicy` makes one. */
export interface Policy {
  /** By full name, `group:dba`. */
  readonly groups: ReadonlyMap<string, Group>
  /** By name in lower case: clients fold what people type. */
  readonly hosts: ReadonlyMap<string, HostAlias>
  /** By full name, `tag:db`. */
  readonly tagOwners: ReadonlyMap<string, TagOwners>
  /** By full name, `ipset:prod`. */
  readonly ipsets: ReadonlyMap<string, IpSet>
  /** By full name, `posture:latestMac`. */
  readonly postures: ReadonlyMap<string, Posture>
  /** Postures that hold for every rule with no `srcPosture` of its own. */
  readonly defaultSrcPosture: readonly string[]
  /** Whether the text has `acls` or `grants` at all: without both, Tailscale lets every mesh node reach every other. */
  readonly restricts: boolean
  /** Of `acls` and `grants`, in the order of the text: the first that allows is the one reported. */
  readonly rules: readonly Rule[]
  /** Of `ssh`, in the order of the text. */
  readonly sshRules: readonly SshRule[]
  readonly autoApprovers: AutoApprovers
  readonly nodeAttributes: readonly NodeAttribute[]
  readonly tests: readonly PolicyTest[]
  readonly sshTests: readonly SshTest[]
  /** Switches of the whole mesh. */
  readonly network: NetworkSettings
  /** What is legal and does nothing, or not what it seems. */
  readonly warnings: readonly Diagnostic[]
}

export interface Group {
  readonly name: string
  readonly members: readonly UserSelector[]
  readonly position: Position
}

export interface HostAlias {
  /** As written. */
  readonly name: string
  readonly range: IpRange
  /** The address or prefix as written. */
  readonly text: string
  readonly position: Position
}

export interface TagOwners {
  readonly tag: string
  readonly owners: readonly string[]
  readonly position: Position
}

export type Section = 'acls' | 'grants'

/** A line of the policy that allows something. */
export interface RuleRef {
  readonly section: Section
  /** From 0, within its section. */
  readonly index: number
  readonly line: number
  readonly column: number
}

export interface Rule {
  readonly section: Section
  readonly index: number
  readonly position: Position
  readonly sources: readonly Selector[]
  readonly destinations: readonly Destination[]
  /** `acls`: its `proto`, where it has one. */
  readonly protocol?: string
  /** `grants`: its `ip`, as written. */
  readonly ip?: readonly string[]
  /** `grants`: what `app` gives, in the order of the text; empty where it has none. */
  readonly app: readonly AppCapability[]
  /** `grants`: tags of the mesh nodes that the traffic has to go through; empty where it has none. */
  readonly via: readonly string[]
  /** Postures of which the source device has to fulfil one; empty where the rule names none (then the default ones hold). */
  readonly srcPosture: readonly string[]
}

/** Any value of JSON. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** One capability of a grant's or node attribute's `app`. */
export interface AppCapability {
  /** `tailscale.com/cap/drive`, `sallyport.dev/cap/ssh`. */
  readonly name: string
  readonly values: readonly JsonValue[]
  readonly position: Position
}

/** A named set of addresses, with everything it adds and removes worked out. */
export interface IpSet {
  readonly name: string
  /** Sorted, disjoint. */
  readonly ranges: readonly IpRange[]
  /** Entries as written: `192.0.2.0/24`, `add host:office`, `remove ipset:lab`. */
  readonly entries: readonly string[]
  readonly position: Position
}

export interface Posture {
  readonly name: string
  /** All of them have to hold. */
  readonly conditions: readonly PostureCondition[]
  readonly position: Position
}

export type PostureOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'IN' | 'NOT IN' | 'IS SET' | 'NOT SET'

export interface PostureCondition {
  /** `node:os`, `custom:tier`, `ip:country`. */
  readonly attribute: string
  readonly operator: PostureOperator
  /** One, several after `IN` and `NOT IN`, none after `IS SET` and `NOT SET`. */
  readonly values: readonly (string | number | boolean)[]
  readonly text: string
  readonly position: Position
}

/** Who may log in as whom on which machine. */
export interface SshRule {
  /** From 0, within `ssh`. */
  readonly index: number
  readonly position: Position
  readonly action: 'accept' | 'check'
  readonly sources: readonly Selector[]
  readonly destinations: readonly Selector[]
  readonly users: readonly SshUser[]
  /** Seconds that a check stays good, 0 for `always`; absent where the rule names none (then `CHECK_PERIOD_SECONDS`). */
  readonly checkPeriodSeconds?: number
  /** Names of environment variables that clients may send, with `*` and `?`. */
  readonly acceptEnv: readonly string[]
  /** Recorders as written: tags, users, addresses. */
  readonly recorder: readonly Selector[]
  readonly enforceRecorder: boolean
  readonly srcPosture: readonly string[]
}

export type SshUser =
  | { readonly kind: 'name'; readonly text: string }
  /** Every name but root. */
  | { readonly kind: 'nonroot'; readonly text: string }
  /** `localpart:*@example.com`: each user of the domain as the part of their login name before the `@`. */
  | { readonly kind: 'localpart'; readonly text: string; readonly domain: string }

/** Seconds that a check stays good where a rule says nothing: 12 hours. */
export const CHECK_PERIOD_SECONDS = 12 * 60 * 60

export interface SshTest {
  readonly index: number
  readonly position: Position
  readonly source: Parsed<Selector>
  readonly sourceText: string
  readonly destinations: readonly {
    readonly text: string
    readonly position: Position
    readonly selector: Parsed<Selector>
  }[]
  readonly accept: readonly string[]
  readonly deny: readonly string[]
  readonly check: readonly string[]
  /** What the source device is said to be; absent where the test says nothing. */
  readonly srcPostureAttrs?: Readonly<Record<string, string | number | boolean>>
}

/** Who may switch routes on by announcing them. */
export interface AutoApprovers {
  readonly routes: readonly {
    readonly prefix: IpRange
    readonly text: string
    readonly approvers: readonly Selector[]
  }[]
  readonly exitNode: readonly Selector[]
  /** By service name, `svc:web`, or by tag, for every service that such nodes offer. */
  readonly services: ReadonlyMap<string, readonly Selector[]>
}

/** What mesh nodes are told of themselves. */
export interface NodeAttribute {
  readonly index: number
  readonly position: Position
  readonly targets: readonly Selector[]
  readonly attributes: readonly string[]
  readonly app: readonly AppCapability[]
  /** Ranges that addresses of these nodes are taken from; empty where it names none. */
  readonly ipPool: readonly IpRange[]
}

export interface NetworkSettings {
  readonly disableIPv4?: boolean
  readonly oneCgnatRoute?: string
  readonly randomizeClientPort?: boolean
  readonly derpMap?: JsonValue
}

export interface Destination {
  readonly selector: Selector
  readonly services: readonly Service[]
  /** The whole entry as written, e.g. `tag:db:22`. */
  readonly text: string
}

/** Every autogroup of the language but `autogroup:nonroot`, which stands in the `users` of `ssh` alone. */
export const AUTOGROUPS = [
  'autogroup:member',
  'autogroup:owner',
  'autogroup:admin',
  'autogroup:it-admin',
  'autogroup:network-admin',
  'autogroup:billing-admin',
  'autogroup:auditor',
  'autogroup:shared',
  'autogroup:tagged',
  'autogroup:self',
  'autogroup:internet',
  'autogroup:danger-all',
] as const
export type Autogroup = (typeof AUTOGROUPS)[number]

export interface UserSelector {
  readonly kind: 'user'
  readonly text: string
  /** Login name that it selects: `alice@example.com`, or `alice` for `alice@`. */
  readonly name: string
}

export type Selector =
  | { readonly kind: 'any'; readonly text: string }
  | UserSelector
  | { readonly kind: 'domain'; readonly text: string; readonly domain: string }
  | { readonly kind: 'group'; readonly text: string }
  | { readonly kind: 'tag'; readonly text: string }
  | { readonly kind: 'autogroup'; readonly text: Autogroup }
  | { readonly kind: 'ipset'; readonly text: string; readonly ranges: readonly IpRange[] }
  /** `svc:web`, a service of the mesh. */
  | { readonly kind: 'service'; readonly text: string }
  | { readonly kind: 'addresses'; readonly text: string; readonly range: IpRange; readonly alias: boolean }

export interface PolicyTest {
  readonly index: number
  readonly position: Position
  /** What each test asks; a fault in it fails the test rather than the file. */
  readonly source: Parsed<Selector>
  readonly sourceText: string
  /** Any of these will do. */
  readonly protocols: Parsed<readonly number[]>
  readonly protocolText: string
  readonly checks: readonly PolicyCheck[]
  /** What the source device is said to be; absent where the test says nothing. */
  readonly srcPostureAttrs?: Readonly<Record<string, string | number | boolean>>
}

export interface PolicyCheck {
  readonly expect: 'accept' | 'deny'
  readonly text: string
  readonly position: Position
  readonly destination: Parsed<{ readonly selector: Selector; readonly port: number }>
}
