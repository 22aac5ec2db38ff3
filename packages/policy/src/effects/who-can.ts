import { formatIpAddress, parseIpAddress } from '../address/ip-address.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import { firstRule } from '../decide/decide.ts'
import type { Directory } from '../decide/directory.ts'
import { type Endpoint, endpointAt, endpointOfTags } from '../decide/endpoint.ts'
import { type Subject, selectsSubject } from '../decide/subject.ts'
import type { RuleRef } from '../language/policy.ts'
import { TCP } from '../language/service.ts'
import { decideLogin } from '../ssh/decide-login.ts'
import { addressClasses, machineClasses, type SubjectClass, userClasses } from './subject-classes.ts'

/** Somebody who may open a port at a destination, and why. */
export interface Reacher {
  /** A login name, `anyone from 192.0.2.0/24`, or a tag of machines. */
  readonly name: string
  /** The first rule of the text that allows it. */
  readonly rule: RuleRef
  /** The source of that rule that means them: `group:dba`. */
  readonly source: string
  /** Address that it allows, where the destination has one. */
  readonly address?: string
  /** What `ssh` says of the login that was asked for; absent where none was, or the policy has no `ssh`. */
  readonly login?: 'accept' | 'check'
}

export interface WhoCan {
  /** Sorted by name. */
  readonly users: readonly Reacher[]
  /** Enabled users, all told. */
  readonly of: number
  /** Further people by where they sign in from: whoever they are. */
  readonly addresses: readonly Reacher[]
  /** Machines of the mesh by their tags. */
  readonly machines: readonly Reacher[]
}

/** What is asked about, with its names looked up. */
export interface Destination {
  /** Texts of IP addresses; empty for a target whose name is not looked up: then its tags alone count. */
  readonly addresses: readonly string[]
  /** Tags of the inventory target that is asked about. */
  readonly tags: readonly string[]
  /** TCP. */
  readonly port: number
  /** As whom they would log in there: people whom `ssh` lets not are left out. */
  readonly login?: string
}

/** Who may open a TCP port at any of a destination's addresses. Yields so that the caller can give others their turn. */
export function* whoCan(
  compiled: CompiledPolicy,
  directory: Directory,
  { addresses, tags, port, login }: Destination,
): Generator<void, WhoCan> {
  const policies = [compiled]
  const known = addresses.map(parseIpAddress).filter((address) => address !== undefined)
  const endpoints =
    addresses.length === 0
      ? [endpointOfTags(tags)]
      : known.map((address) => endpointAt(address, tags, compiled.directory))
  const reachers = (classes: readonly SubjectClass[]): Reacher[] =>
    classes.flatMap(({ kind, members, subject }) => {
      const found = openDoor(compiled, subject, endpoints, port)
      if (found === undefined) return []
      return members.map((name) => ({ name: kind === 'address' ? `anyone from ${name}` : name, ...found }))
    })
  const classes = yield* userClasses(policies, directory)
  const users: Reacher[] = []
  for (const [index, reacher] of reachers(classes).entries()) {
    if (index % BATCH === 0) yield
    const verdict = login === undefined ? undefined : loginOf(compiled, reacher, tags, login)
    if (verdict === undefined) users.push(reacher)
    else if (verdict !== 'deny') users.push({ ...reacher, login: verdict })
  }
  users.sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    users,
    of: directory.users.filter(({ disabled }) => !disabled).length,
    // What everybody may is told of the people already.
    addresses: reachers(yield* addressClasses(policies, 'sources')).filter(({ source }) => !EVERYBODY.includes(source)),
    machines: reachers(machineClasses(policies)).filter(({ source }) => !EVERYBODY.includes(source)),
  }
}

/** People whose login is looked at before other work gets its turn. */
const BATCH = 200

const EVERYBODY: readonly string[] = ['*', 'autogroup:danger-all', 'autogroup:member']

function openDoor(
  compiled: CompiledPolicy,
  subject: Subject,
  endpoints: readonly Endpoint[],
  port: number,
): Omit<Reacher, 'name'> | undefined {
  for (const endpoint of endpoints) {
    const rule = firstRule(compiled, subject, endpoint, TCP, port)
    if (rule === undefined) continue
    const address = endpoint.address === undefined ? {} : { address: formatIpAddress(endpoint.address) }
    return { rule, source: sourceOf(compiled, rule, subject), ...address }
  }
  return undefined
}

function sourceOf(compiled: CompiledPolicy, { section, index }: RuleRef, subject: Subject): string {
  const rule = compiled.policy.rules.find((each) => each.section === section && each.index === index)
  return rule?.sources.find((source) => selectsSubject(source, subject, compiled.rules.memberships))?.text ?? ''
}

/** Absent where the policy has no `ssh`, and so says nothing of logins. */
function loginOf(
  compiled: CompiledPolicy,
  { name, address }: Reacher,
  tags: readonly string[],
  login: string,
): 'accept' | 'check' | 'deny' | undefined {
  if (address === undefined) return undefined
  const decision = decideLogin(compiled, { user: { name }, target: { address, tags }, login })
  return decision.verdict === 'deny' && decision.code === 'no-ssh-rules' ? undefined : decision.verdict
}
