import type { Directory, Query } from '@sallyport/policy'

export interface Sizes {
  readonly rules: number
  readonly targets: number
  readonly users: number
}

export interface SyntheticPolicy {
  readonly text: string
  readonly directory: Directory
  /** A question of some user for some target, chosen by the number; the same number asks the same. */
  query(number: number): Query
  /** A target as it is after it has got other tags. */
  retagged(number: number): Directory['targets'][number]
}

/** Groups that each user is in, as in a company where teams, projects and places are groups. */
const GROUPS_PER_USER = 10
const TARGET_TAGS_MAX = 1000
const PORTS = [22, 22, 443, 5432, 8050, 3389] as const

/**
 * A policy and the facts for it, always the same for the same sizes. Of the rules, one in two goes from groups to tags, one
 * in eight each from groups to a prefix, from groups to a list of ports, from a user, from an office of an ipset, and one in
 * eight has a posture; every hundredth is a grant for an ipset of 200 prefixes.
 */
export function syntheticPolicy({ rules, targets, users }: Sizes): SyntheticPolicy {
  const groups = Math.max(1, Math.floor(rules / 10))
  const tags = Math.max(1, Math.min(TARGET_TAGS_MAX, Math.floor(rules / 10)))
  const pick = generator()
  const group = (): string => `group:g${pick(groups)}`
  const tag = (): string => `tag:t${pick(tags)}`
  const members = Array.from({ length: groups }, () => new Set<string>())
  const people = Array.from({ length: users }, (_, index) => `user${index}@example.com`)
  for (const name of people) {
    for (let count = 0; count < GROUPS_PER_USER; count++) members[pick(groups)]?.add(name)
  }
  const grants = Array.from({ length: rules }, (_, index) => {
    if (index % 100 === 99) return { src: [group()], dst: ['ipset:branches'], ip: ['22'] }
    const two = { src: [group(), group()] }
    switch (index % 8) {
      case 0:
        return { ...two, dst: [`10.${pick(2)}.${pick(256)}.0/24`], ip: ['22'] }
      case 1:
        return { ...two, dst: [tag()], ip: ['443', '8000-8100'] }
      case 2:
        return { src: [`user${pick(users)}@example.com`], dst: [tag(), tag()], ip: ['tcp:22', 'tcp:3389'] }
      case 3:
        return pick(2) === 0
          ? { ...two, dst: [tag()], ip: ['22'], srcPosture: ['posture:managed'] }
          : { src: ['ipset:offices'], dst: [tag()], ip: ['tcp:22'] }
      default:
        return { ...two, dst: [tag(), tag()], ip: ['22', '5432'] }
    }
  })
  const policy = {
    groups: Object.fromEntries(members.map((names, index) => [`group:g${index}`, [...names]])),
    tagOwners: Object.fromEntries(Array.from({ length: tags }, (_, index) => [`tag:t${index}`, []])),
    ipsets: {
      'ipset:offices': Array.from({ length: 50 }, (_, index) => `192.0.2.${index * 4}/31`),
      'ipset:branches': Array.from({ length: 200 }, (_, index) => `10.0.${index}.0/25`),
    },
    postures: { 'posture:managed': ["node:os IN ['macos', 'linux']", "node:osVersion >= '13.4'"] },
    grants,
  }
  const inventory = Array.from({ length: targets }, (_, index) => ({
    name: `target-${index}`,
    addresses: [addressOf(index)],
    tags: [tag(), tag()],
  }))
  const attributes = { 'node:os': 'linux', 'node:osVersion': '13.10' }
  return {
    text: JSON.stringify(policy),
    directory: {
      users: people.map((name) => ({ name, role: 'member', disabled: false })),
      targets: inventory,
    },
    query(number) {
      const choose = generator(number)
      const name = `user${choose(users)}@example.com`
      const address = addressOf(choose(targets))
      const port = PORTS[choose(PORTS.length)] ?? 22
      return { user: { name }, source: '192.0.2.9', attributes, destination: { address, port } }
    },
    retagged(number) {
      const name = `target-${number % targets}`
      return { name, addresses: [addressOf(number % targets)], tags: [tag()] }
    },
  }
}

function addressOf(index: number): string {
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`
}

/** Numbers below a bound, the same at every run: a linear congruence of 32 bits. */
function generator(seed = 1): (below: number) => number {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
