import { ROLES, type Role } from '@sallyport/model'
import { formatIpAddress, type IpAddress } from '../address/ip-address.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import { subjectOf } from '../decide/decide.ts'
import type { MeshNode, Person } from '../decide/directory.ts'
import type { Attributes } from '../decide/posture.ts'
import { roleAutogroups, type Subject } from '../decide/subject.ts'
import type { Selector } from '../language/policy.ts'
import type { Parsed } from '../language/service.ts'
import { nearestName } from '../text/nearest-name.ts'
import { quote } from '../text/quote.ts'
import type { MeshMachines } from './mesh-machines.ts'

/** Somebody, or some kind of machine, for whom a test asks. */
export interface Asker {
  readonly name: string
  /** As they come through a door. */
  readonly subject: Subject
  /** Their machines of the mesh. */
  readonly machines: readonly MeshNode[]
}

/** Login names of the directory that are compared with a misspelt one. */
const COMPARED_MAX = 2000
const ROLE_AUTOGROUPS: ReadonlyMap<string, Role> = new Map(ROLES.map((role) => [`autogroup:${role}`, role]))

/** Finds for whom a test asks. Disabled users count as if enabled: a policy must not stop to load because someone is away. */
export class Askers {
  readonly #compiled: CompiledPolicy
  readonly #machines: MeshMachines
  readonly #named: ReadonlySet<string>
  readonly #known: (subject: Subject) => readonly string[]

  /** `known`: what rules know of a subject. Of people without machines of whom they know the same, one is asked for. */
  constructor(compiled: CompiledPolicy, machines: MeshMachines, known: (subject: Subject) => readonly string[]) {
    this.#compiled = compiled
    this.#machines = machines
    this.#named = namedUsers(compiled)
    this.#known = known
  }

  of(selector: Selector, attributes: Attributes | undefined): Parsed<readonly Asker[]> {
    switch (selector.kind) {
      case 'user': {
        const fault = this.unknownUser(selector.name)
        if (fault !== undefined) return { ok: false, message: `src=${quote(selector.text)}: ${fault}` }
        return { ok: true, value: [this.#person(this.person(selector.name), attributes)] }
      }
      case 'group':
      case 'domain':
      case 'autogroup':
        return this.#people(selector, attributes)
      case 'tag':
        return { ok: true, value: [this.#machine(selector.text, attributes)] }
      case 'addresses':
        return {
          ok: true,
          value: [this.#address({ family: selector.range.family, value: selector.range.first }, attributes)],
        }
      case 'any':
      case 'ipset':
      case 'service':
        return { ok: false, message: 'a test names whom it asks for' }
      default:
        return selector satisfies never
    }
  }

  /** Why a login name is a slip of the pen: nobody has it, neither in the directory nor in a rule written before they come. */
  unknownUser(name: string): string | undefined {
    if (this.#compiled.directory.user(name) !== undefined || this.#named.has(name)) return undefined
    const names = this.#compiled.directory.users.slice(0, COMPARED_MAX).map((user) => user.name)
    const nearest = nearestName(name, names)
    const hint = nearest === undefined ? '' : `; did you mean ${quote(nearest)}?`
    return `no such user, and no rule or group names one${hint}`
  }

  person(name: string): Person {
    return this.#compiled.directory.user(name) ?? { name, role: 'member' }
  }

  /** Whom a selector of people means: those that the directory has; where it has none, somebody who would be meant. */
  meant(selector: Selector): Parsed<readonly Person[]> {
    const { policy, directory } = this.#compiled
    switch (selector.kind) {
      case 'group': {
        const members = (policy.groups.get(selector.text)?.members ?? []).map(({ name }) => this.person(name))
        const vouched = directory.users.filter(({ groups = [] }) => groups.includes(selector.text))
        const people = [...new Set([...members, ...vouched])]
        if (people.length > 0) return { ok: true, value: people }
        return { ok: false, message: 'the group is empty, so nothing is tested' }
      }
      case 'domain': {
        const people = directory.users.filter(({ name }) => name.endsWith(`@${selector.domain}`))
        return { ok: true, value: people.length > 0 ? people : [{ name: `anyone@${selector.domain}`, role: 'member' }] }
      }
      case 'autogroup': {
        const role = ROLE_AUTOGROUPS.get(selector.text)
        if (role === undefined) return { ok: false, message: 'nobody here is one, so nothing is tested' }
        const people = directory.users.filter((user) => roleAutogroups(user.role).includes(selector.text))
        return { ok: true, value: people.length > 0 ? people : [{ name: '', role }] }
      }
      case 'user':
        return { ok: true, value: [this.person(selector.name)] }
      case 'any':
      case 'tag':
      case 'addresses':
      case 'ipset':
      case 'service':
        return { ok: false, message: 'these are no people' }
      default:
        return selector satisfies never
    }
  }

  #people(selector: Selector, attributes: Attributes | undefined): Parsed<readonly Asker[]> {
    const people = this.meant(selector)
    if (!people.ok) return { ok: false, message: `src=${quote(selector.text)}: ${people.message}` }
    const distinct = new Map<string, Asker>()
    for (const person of people.value) {
      const asker = this.#person(person, attributes)
      const key = asker.machines.length > 0 ? `user ${person.name}` : this.#known(asker.subject).join('\n')
      if (!distinct.has(key)) distinct.set(key, asker)
    }
    return { ok: true, value: [...distinct.values()] }
  }

  #person(person: Person, attributes: Attributes | undefined): Asker {
    const machines = person.name === '' ? [] : this.#machines.ownedBy(person.name)
    return { name: person.name || `any ${person.role}`, subject: subjectOf(person, undefined, attributes), machines }
  }

  #machine(tag: string, attributes: Attributes | undefined): Asker {
    const subject = { tags: [tag], tagged: true, ...(attributes !== undefined && { attributes }) }
    return { name: tag, subject, machines: this.#machines.tagged(tag) }
  }

  /** The machine of the mesh that has the address; where there is none, whoever comes from there. */
  #address(source: IpAddress, attributes: Attributes | undefined): Asker {
    const { directory } = this.#compiled
    const machines = directory.nodesAt(source)
    const user = machines.map((node) => directory.ownerOf(node)).find((owner) => owner !== undefined)
    const tags = [...new Set(machines.flatMap((node) => node.tags))]
    const subject = {
      ...(user !== undefined && { user }),
      tags,
      tagged: tags.length > 0,
      source,
      ...(attributes !== undefined && { attributes }),
    }
    return { name: formatIpAddress(source), subject, machines }
  }
}

/** Login names that groups and rules mention. */
function namedUsers({ policy }: CompiledPolicy): ReadonlySet<string> {
  const inGroups = [...policy.groups.values()].flatMap((group) => group.members)
  const inRules = [...policy.rules, ...policy.sshRules].flatMap((rule) => rule.sources)
  const users = inRules.filter((selector) => selector.kind === 'user')
  return new Set([...inGroups, ...users].map((user) => user.name))
}
