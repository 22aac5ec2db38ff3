import { formatIpAddress, parseIpAddress } from '../address/ip-address.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import type { DirectoryIndex, MeshNode, Person, TargetFacts } from '../decide/directory.ts'
import { type Endpoint, endpointAt, endpointOfTags, meshEndpoint } from '../decide/endpoint.ts'
import { endpointOfTarget } from '../decide/reachable.ts'
import type { Selector } from '../language/policy.ts'
import type { Parsed } from '../language/service.ts'
import { type Machine, machineOfNode, machineOfTarget } from '../ssh/machine.ts'
import { quote } from '../text/quote.ts'
import type { Askers } from './askers.ts'
import type { MeshMachines } from './mesh-machines.ts'

/** A machine that a test asks about, or one that would be meant where there is none yet. Reached where any endpoint is. */
export interface Place {
  readonly name: string
  /** As the doors see it. */
  readonly door: readonly Endpoint[]
  /** As other machines of the mesh see it; none where it is no part of it. */
  readonly mesh: readonly Endpoint[]
  /** As `ssh` rules see it. */
  readonly machine: Machine
}

/** Finds the machines that a test asks about. */
export class Places {
  readonly #compiled: CompiledPolicy
  readonly #machines: MeshMachines
  readonly #askers: Askers

  constructor(compiled: CompiledPolicy, machines: MeshMachines, askers: Askers) {
    this.#compiled = compiled
    this.#machines = machines
    this.#askers = askers
  }

  of(selector: Selector): Parsed<readonly Place[]> {
    switch (selector.kind) {
      case 'addresses':
        return { ok: true, value: [this.#address(selector)] }
      case 'tag':
        return { ok: true, value: this.#tagged(selector.text) }
      case 'user': {
        const fault = this.#askers.unknownUser(selector.name)
        if (fault !== undefined) return { ok: false, message: fault }
        return { ok: true, value: this.#owned([this.#askers.person(selector.name)]) }
      }
      case 'group':
      case 'domain':
      case 'autogroup': {
        if (selector.text === 'autogroup:tagged') return this.#everyTagged()
        const people = this.#askers.meant(selector)
        return people.ok ? { ok: true, value: this.#owned(people.value) } : people
      }
      case 'any':
      case 'ipset':
      case 'service':
        return { ok: false, message: `${quote(selector.text)} stands for no machine` }
      default:
        return selector satisfies never
    }
  }

  #address({ range, text, alias }: Selector & { readonly kind: 'addresses' }): Place {
    const { directory } = this.#compiled
    const address = { family: range.family, value: range.first }
    const name = alias ? `${text} (${formatIpAddress(address)})` : formatIpAddress(address)
    return {
      name,
      door: [endpointAt(address, [], directory)],
      mesh: isNobodys(directory.nodesAt(address), directory) ? [] : [meshEndpoint(address, directory)],
      machine: machineOfTarget({ address: formatIpAddress(address) }, directory),
    }
  }

  #tagged(tag: string): readonly Place[] {
    const places = this.#compiled.directory.tagged(tag).flatMap((machine) => this.#placesOf(machine, tag))
    if (places.length > 0) return places
    const endpoint = endpointOfTags([tag])
    return [{ name: `a target with ${tag}`, door: [endpoint], mesh: [endpoint], machine: unknownMachine([tag]) }]
  }

  #everyTagged(): Parsed<readonly Place[]> {
    const { targets, nodes } = this.#compiled.directory
    const tagged = [...targets, ...nodes].filter((machine) => machine.tags.length > 0)
    if (tagged.length === 0) return { ok: false, message: 'no machine has a tag, so nothing is tested' }
    return { ok: true, value: tagged.flatMap((machine) => this.#placesOf(machine, machine.tags.join(', '))) }
  }

  #owned(people: readonly Person[]): readonly Place[] {
    const nodes = people.flatMap((person) => this.#machines.ownedBy(person.name))
    if (nodes.length > 0) return nodes.map((node) => this.#node(node, node.user ?? ''))
    return people.map((person) => {
      const endpoint = { internet: false, tags: [], owners: [person], targets: [] }
      const name = `a machine of ${person.name || `any ${person.role}`}`
      return { name, door: [endpoint], mesh: [endpoint], machine: unknownMachine([], person) }
    })
  }

  #placesOf(machine: TargetFacts | MeshNode, what: string): readonly Place[] {
    if ('id' in machine) return [this.#node(machine, what)]
    const { name, tags, addresses } = machine
    if (addresses.length === 0) {
      return [
        { name: `${name} (${what})`, door: [endpointOfTags(tags, name)], mesh: [], machine: unknownMachine(tags) },
      ]
    }
    return addresses.map((address) => ({
      name: `${name} (${address}, ${what})`,
      door: [endpointOfTarget(this.#compiled, machine, address)],
      mesh: [],
      machine: machineOfTarget({ address, tags }, this.#compiled.directory),
    }))
  }

  #node(node: MeshNode, what: string): Place {
    const { directory } = this.#compiled
    const addresses = node.addresses.flatMap((text) => parseIpAddress(text) ?? [])
    return {
      name: `${node.name} (${what})`,
      door: addresses.map((address) => endpointAt(address, [], directory)),
      mesh: addresses.map((address) => meshEndpoint(address, directory)),
      machine: machineOfNode(node, directory),
    }
  }
}

/** Machines that are in no mesh, as the gateway does not know their owners. Disabled ones count as enabled here. */
function isNobodys(nodes: readonly MeshNode[], directory: DirectoryIndex): boolean {
  const known = (node: MeshNode): boolean =>
    node.tags.length > 0 || (node.user !== undefined && directory.user(node.user) !== undefined)
  return nodes.length > 0 && !nodes.some(known)
}

/** One that there is not yet. */
function unknownMachine(tags: readonly string[], user?: Person): Machine {
  return { subject: { ...(user !== undefined && { user }), tags, tagged: tags.length > 0 }, addresses: [] }
}
