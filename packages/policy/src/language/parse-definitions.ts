import { parseIpRange } from '../address/ip-range.ts'
import type { JsonNode } from '../text/hujson.ts'
import type { NodeReader } from '../text/node-reader.ts'
import { quote } from '../text/quote.ts'
import { parseIpSets } from './parse-ipsets.ts'
import { parsePostures } from './parse-postures.ts'
import type { Group, HostAlias, Posture, Selector, TagOwners, UserSelector } from './policy.ts'
import { isGroupName, isHostAlias, type Names, parseSelectorIn, parseUser, tagFault } from './selector.ts'

export interface Definitions extends Names {
  readonly tagOwners: ReadonlyMap<string, TagOwners>
  readonly postureDefinitions: ReadonlyMap<string, Posture>
}

/** Reads `groups`, `hosts`, `tagOwners`, `ipsets` and `postures`: what the rest of the policy refers to by name. */
export function parseDefinitions(
  sections: ReadonlyMap<string, JsonNode>,
  reader: NodeReader,
  domains: readonly string[] | undefined,
): Definitions {
  const groups = parseGroups(sections.get('groups'), reader)
  const hosts = parseHosts(sections.get('hosts'), reader)
  const tagOwners = parseTagOwners(sections.get('tagOwners'), reader, groups)
  const ipsets = parseIpSets(sections.get('ipsets'), reader, hosts)
  const postureDefinitions = parsePostures(sections.get('postures'), reader)
  return {
    groups,
    hosts,
    tagOwners,
    tags: new Set(keysOf(sections.get('tagOwners'))),
    ipsets,
    postureDefinitions,
    postures: new Set(keysOf(sections.get('postures'))),
    ...(domains === undefined ? {} : { domains: new Set(domains) }),
  }
}

/** Every key, whether what it stands for is right or not: one mistake is told once, not wherever its name stands. */
function keysOf(section: JsonNode | undefined): readonly string[] {
  return section?.kind === 'object' ? section.entries.map(({ key }) => key) : []
}

function parseGroups(section: JsonNode | undefined, reader: NodeReader): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>()
  if (section === undefined) return groups
  for (const { key, keyOffset, value } of reader.entries(section, '"groups"')) {
    if (!isGroupName(key)) {
      reader.report('bad-name', keyOffset, `groups[${quote(key)}]: a group is named "group:" and letters`, () =>
        suggestPrefix('group:', key),
      )
    }
    const members = parseMembers(key, value, reader)
    groups.set(key, { name: key, members, position: reader.position(keyOffset) })
  }
  return groups
}

function parseMembers(group: string, node: JsonNode, reader: NodeReader): readonly UserSelector[] {
  const where = `groups[${quote(group)}]: `
  const members: UserSelector[] = []
  for (const { value, offset } of reader.strings(node, `groups[${quote(group)}]`)) {
    const user = parseUser(value)
    if (user !== undefined) members.push(user)
    else if (value.startsWith('group:')) {
      reader.report('recursive-group', offset, `${where}${quote(value)}: group members cannot be recursive`)
    } else {
      reader.report(
        'bad-selector',
        offset,
        `${where}${quote(value)}: group members are users: "alice@example.com", or "alice@" without a domain`,
      )
    }
  }
  return members
}

function parseHosts(section: JsonNode | undefined, reader: NodeReader): ReadonlyMap<string, HostAlias> {
  const hosts = new Map<string, HostAlias>()
  if (section === undefined) return hosts
  for (const { key, keyOffset, value } of reader.entries(section, '"hosts"')) {
    const where = `hosts[${quote(key)}]`
    const text = reader.string(value, where)
    if (!isHostAlias(key)) reader.report('bad-name', keyOffset, hostNameFault(key, where))
    else if (hosts.has(key.toLowerCase())) {
      reader.report('duplicate-key', keyOffset, `${where}: differs from another host only by upper and lower case`)
    } else if (text !== undefined) {
      const result = parseIpRange(text.value)
      if (!result.ok || result.form === 'range') {
        reader.report('bad-address', text.offset, `${where}: ${quote(text.value)} is not an IP address or prefix`)
        continue
      }
      if (result.masked !== undefined) {
        reader.warn(
          'bad-address',
          text.offset,
          `${where}: ${quote(text.value)} has bits beyond its prefix length; read as ${result.masked}`,
        )
      }
      hosts.set(key.toLowerCase(), {
        name: key,
        range: result.range,
        text: text.value,
        position: reader.position(keyOffset),
      })
    }
  }
  return hosts
}

/** In Tailscale's words where they are known (tailscale/tailscale#7886). */
function hostNameFault(name: string, where: string): string {
  if (name.includes('@')) return `host names cannot include an @, please change the name for ${quote(name)}`
  return `${where}: a host is named with letters, digits, ".", "_" and "-", and not like an address`
}

function parseTagOwners(
  section: JsonNode | undefined,
  reader: NodeReader,
  groups: ReadonlyMap<string, Group>,
): ReadonlyMap<string, TagOwners> {
  const tagOwners = new Map<string, TagOwners>()
  if (section === undefined) return tagOwners
  const entries = reader.entries(section, '"tagOwners"')
  const tags = new Set(entries.map(({ key }) => key))
  // Nothing else owns: of the other names none has to be known.
  const names: Names = { groups, hosts: new Map(), tags, ipsets: new Map(), postures: new Set() }
  for (const { key, keyOffset, value } of entries) {
    const fault = tagFault(key)
    if (fault !== undefined) {
      reader.report('bad-name', keyOffset, `tagOwners[${quote(key)}]: ${fault}`, () => suggestPrefix('tag:', key))
      continue
    }
    const where = `tagOwners[${quote(key)}]`
    const owners: string[] = []
    for (const { value: text, offset } of reader.strings(value, where)) {
      const result = parseSelectorIn(text, `${where}:`, names)
      if (!result.ok) reader.report(result.code, offset, result.message, result.suggest)
      else if (isOwner(result.selector)) owners.push(result.selector.text)
      else reader.report('bad-selector', offset, `${where}: ${quote(text)}: owners are users, groups, tags and roles`)
    }
    tagOwners.set(key, { tag: key, owners, position: reader.position(keyOffset) })
  }
  return tagOwners
}

/** Whoever gives a tag is a person or a tagged machine. */
function isOwner({ kind, text }: Selector): boolean {
  if (kind === 'autogroup') return !['autogroup:self', 'autogroup:internet', 'autogroup:danger-all'].includes(text)
  return kind === 'user' || kind === 'group' || kind === 'tag'
}

function suggestPrefix(prefix: string, name: string): string | undefined {
  return /^[a-z][a-z0-9-]*$/i.test(name) ? `${prefix}${name}` : undefined
}
