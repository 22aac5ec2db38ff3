import type { Diagnostic } from './diagnostic.ts'
import type { IpRange } from './ip-range.ts'
import type { Position } from './position.ts'
import type { Parsed, Service } from './service.ts'

/** A policy as read: every name resolved or known to exist, every place kept. Only `parsePolicy` makes one. */
export interface Policy {
  /** By full name, `group:dba`. */
  readonly groups: ReadonlyMap<string, Group>
  /** By name in lower case: clients fold what people type. */
  readonly hosts: ReadonlyMap<string, HostAlias>
  /** By full name, `tag:db`. */
  readonly tagOwners: ReadonlyMap<string, TagOwners>
  /** Of `acls` and `grants`, in the order of the text: the first that allows is the one reported. */
  readonly rules: readonly Rule[]
  readonly tests: readonly PolicyTest[]
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
}

export interface Destination {
  readonly selector: Selector
  readonly services: readonly Service[]
  /** The whole entry as written, e.g. `tag:db:22`. */
  readonly text: string
}

/** Autogroups that mean something at a door where people sign in and targets have tags. */
export const AUTOGROUPS = [
  'autogroup:member',
  'autogroup:owner',
  'autogroup:admin',
  'autogroup:auditor',
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
  | { readonly kind: 'addresses'; readonly text: string; readonly range: IpRange; readonly alias: boolean }

export interface PolicyTest {
  readonly index: number
  readonly position: Position
  /** What each test asks; a fault in it fails the test rather than the file. */
  readonly source: Parsed<Selector>
  readonly sourceText: string
  readonly protocol: Parsed<number>
  readonly protocolText: string
  readonly checks: readonly PolicyCheck[]
}

export interface PolicyCheck {
  readonly expect: 'accept' | 'deny'
  readonly text: string
  readonly position: Position
  readonly destination: Parsed<{ readonly selector: Selector; readonly port: number }>
}
