import { formatIpAddress } from '../address/ip-address.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import type { MeshNode } from '../decide/directory.ts'
import { postureAllows } from '../decide/posture.ts'
import type { Selector, SshRule, SshUser } from '../language/policy.ts'
import { hasLocalpart, localLogin } from './login-names.ts'
import { isSelf, type Machine, machineKeys, machineOfNode, nodeFault, selectsMachine } from './machine.ts'
import type { NodeSshRule } from './node-ssh-rule.ts'
import { ruleAction } from './recorders.ts'
import { type SshRuleIndex, sshRuleIndex } from './ssh-rule-index.ts'

/**
 * Who may log in to one mesh node, in the order in which its client asks: what Tailscale's hosted control plane sends. The
 * client finds the first rule whose principals hold the caller's address and whose `sshUsers` give the login name.
 */
export function sshRules(compiled: CompiledPolicy, node: MeshNode): readonly NodeSshRule[] {
  const mesh = meshLogins(compiled)
  const machine = machineOfNode(node, compiled.directory)
  const index = sshRuleIndex(compiled.policy)
  return index.leadingTo(machineKeys(machine, index.memberships)).flatMap((rule) => mesh.rulesFor(rule, machine))
}

const meshes = new WeakMap<CompiledPolicy, MeshLogins>()

/** The sources of a rule are the same for every node: they are found once. */
function meshLogins(compiled: CompiledPolicy): MeshLogins {
  let mesh = meshes.get(compiled)
  if (mesh === undefined) {
    mesh = new MeshLogins(compiled)
    meshes.set(compiled, mesh)
  }
  return mesh
}

/** Machines from which a rule lets people and machines log in. */
interface Sources {
  /** Untagged ones by login name of their owner; people in the order of their first machine. */
  readonly people: ReadonlyMap<string, readonly Machine[]>
  /** Tagged ones, once for each tag that the rule means: so the hosted control plane lists them. */
  readonly tagged: readonly Machine[]
}

interface MutableSources extends Sources {
  readonly people: Map<string, Machine[]>
  readonly tagged: Machine[]
}

const NO_SOURCES: Sources = { people: new Map(), tagged: [] }

/** The rules that have a machine among their sources, with whose it was then. */
type KnownRules = WeakMap<MeshNode, { readonly owner: Machine['subject']['user']; readonly rules: readonly SshRule[] }>
const known = new WeakMap<SshRuleIndex, KnownRules>()

function knownRules(index: SshRuleIndex): KnownRules {
  let rules = known.get(index)
  if (rules === undefined) {
    rules = new WeakMap()
    known.set(index, rules)
  }
  return rules
}

class MeshLogins {
  readonly #compiled: CompiledPolicy
  readonly #index: SshRuleIndex
  readonly #known: KnownRules
  readonly #sources = new Map<SshRule, MutableSources>()
  /** What every node of a rule's `dst` is told: made once, as it names every source. */
  readonly #all = new Map<SshRule, readonly NodeSshRule[]>()

  constructor(compiled: CompiledPolicy) {
    this.#compiled = compiled
    this.#index = sshRuleIndex(compiled.policy)
    this.#known = knownRules(this.#index)
    const { directory } = compiled
    for (const node of directory.nodes.toSorted((a, b) => a.id - b.id)) {
      if (nodeFault(node, directory) === undefined) this.#addSource(machineOfNode(node, directory))
    }
  }

  rulesFor(rule: SshRule, machine: Machine): readonly NodeSshRule[] {
    const others = rule.destinations.filter((selector) => !isSelf(selector))
    const owner = machine.subject.user?.name
    const self = others.length < rule.destinations.length && owner !== undefined
    const own = self ? this.#personal(rule, owner) : []
    if (others.some((selector) => selectsMachine(selector, machine, this.#index.memberships))) {
      return [...own, ...this.#fromAll(rule)]
    }
    if (self || others.length === 0 || !hasLocalpart(rule.users)) return own
    // With a login name of their own, people and machines get into their own machine whatever `dst` says.
    return owner === undefined ? this.#itself(rule, machine) : this.#personal(rule, owner)
  }

  /** One rule for all, or where login names are each person's own, rules for one person after the other. */
  #fromAll(rule: SshRule): readonly NodeSshRule[] {
    let all = this.#all.get(rule)
    if (all === undefined) {
      all = this.#rulesFromAll(rule)
      this.#all.set(rule, all)
    }
    return all
  }

  #rulesFromAll(rule: SshRule): readonly NodeSshRule[] {
    const { people, tagged } = this.#sourcesOf(rule)
    if (!hasLocalpart(rule.users)) return this.#common(rule, [...people.values(), tagged].flat())
    return [...[...people.keys()].flatMap((name) => this.#personal(rule, name)), ...this.#common(rule, tagged)]
  }

  /** From one person's machines: what everybody may, then what they alone may. */
  #personal(rule: SshRule, person: string): readonly NodeSshRule[] {
    const machines = this.#sourcesOf(rule).people.get(person) ?? []
    if (machines.length === 0) return []
    const own = rule.users.flatMap((user) => (user.kind === 'localpart' ? (localLogin(user.domain, person) ?? []) : []))
    const names = [...new Set(own)].map((name) => this.#rule(rule, machines, { [name]: name }))
    return [...this.#common(rule, machines), ...names]
  }

  #itself(rule: SshRule, machine: Machine): readonly NodeSshRule[] {
    const isSource = this.#sourcesOf(rule).tagged.some(({ node }) => node?.id === machine.node?.id)
    return isSource ? this.#common(rule, [machine]) : []
  }

  #common(rule: SshRule, machines: readonly Machine[]): readonly NodeSshRule[] {
    return machines.length === 0 ? [] : [this.#rule(rule, machines, commonUsers(rule.users))]
  }

  #rule(rule: SshRule, machines: readonly Machine[], sshUsers: NodeSshRule['sshUsers']): NodeSshRule {
    return {
      principals: principalsOf(machines),
      sshUsers,
      action: ruleAction(this.#compiled, rule),
      ...(rule.acceptEnv.length > 0 && { acceptEnv: rule.acceptEnv }),
    }
  }

  #sourcesOf(rule: SshRule): Sources {
    return this.#sources.get(rule) ?? NO_SOURCES
  }

  #addSource(machine: Machine): void {
    const { subject } = machine
    for (const rule of this.#rulesFrom(machine)) {
      const { people, tagged } = this.#room(rule)
      if (subject.user === undefined) {
        for (let times = timesMeant(rule.sources, subject.tags); times > 0; times--) tagged.push(machine)
      } else {
        const own = people.get(subject.user.name)
        if (own === undefined) people.set(subject.user.name, [machine])
        else own.push(machine)
      }
    }
  }

  /** Facts never change: what stays as it was in the next directory need not be looked up again. */
  #rulesFrom({ subject, addresses, node }: Machine): readonly SshRule[] {
    const before = node === undefined ? undefined : this.#known.get(node)
    if (before !== undefined && before.owner === subject.user) return before.rules
    const from = [subject, ...addresses.map((source) => ({ ...subject, source }))]
    const applying = new Set(from.flatMap((each) => this.#index.applying(each)))
    const rules = [...applying].filter((rule) => postureAllows(this.#compiled.policy, rule, node?.attributes))
    if (node !== undefined) this.#known.set(node, { owner: subject.user, rules })
    return rules
  }

  #room(rule: SshRule): MutableSources {
    let sources = this.#sources.get(rule)
    if (sources === undefined) {
      sources = { people: new Map(), tagged: [] }
      this.#sources.set(rule, sources)
    }
    return sources
  }
}

/** For how many of a machine's tags the sources that mean it do so; once, where they mean it in another way. */
function timesMeant(sources: readonly Selector[], tags: readonly string[]): number {
  const everyTag = sources.some((selector) => selector.text === 'autogroup:tagged')
  const meant = new Set(tags.filter((tag) => everyTag || sources.some((selector) => selector.text === tag)))
  return Math.max(meant.size, 1)
}

/** What a rule's `users` come to for everybody: a superuser only where it is named. */
function commonUsers(users: readonly SshUser[]): NodeSshRule['sshUsers'] {
  const names = users.flatMap((user) => (user.kind === 'name' ? [user.text] : []))
  const nonroot = users.some((user) => user.kind === 'nonroot')
  const given: readonly (readonly [string, string])[] = names.map((name) => [name, name])
  return Object.fromEntries<string>([['root', ''], ...(nonroot ? [['*', '='] as const] : []), ...given])
}

/** Sorted as text, IPv4 before IPv6; no other order tells anything. */
function principalsOf(machines: readonly Machine[]): NodeSshRule['principals'] {
  const addresses = machines.flatMap((machine) => machine.addresses.map(formatIpAddress))
  return addresses.sort().map((nodeIP) => ({ nodeIP }))
}
