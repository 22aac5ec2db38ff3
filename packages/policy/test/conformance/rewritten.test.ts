import assert from 'node:assert/strict'
import { compilePolicy } from '../../src/decide/compile.ts'
import { parsePolicy } from '../../src/language/parse-policy.ts'
import type { Policy } from '../../src/language/policy.ts'
import { compileMesh } from '../../src/mesh/mesh-policy.ts'
import { packetFilter } from '../../src/mesh/packet-filter.ts'
import { peersOf } from '../../src/mesh/peers.ts'
import { sshRules } from '../../src/ssh/ssh-rules.ts'
import { policyOf } from '../../src/testing/compile-text.ts'
import { type Capture, policyText, testCaptures } from './captures.ts'
import { directoryOf } from './topology.ts'

/**
 * Captured policies written in other words that Tailscale's documents say mean the same. What their machines are told is held to
 * what the captured words come to, which the other suites hold to the captures.
 */
interface Text {
  readonly groups?: Readonly<Record<string, readonly string[]>>
  readonly hosts?: Readonly<Record<string, string>>
  readonly acls?: readonly Acl[]
  readonly grants?: readonly Grant[]
  readonly ssh?: readonly { readonly src: readonly string[] }[]
}
interface Acl {
  readonly src: readonly string[]
  readonly dst: readonly string[]
  readonly proto?: string
  readonly srcPosture?: readonly string[]
}
interface Grant {
  readonly src: readonly string[]
  readonly dst: readonly string[]
}

type Rewriting = (text: Text) => Text | undefined

const REWRITINGS: Readonly<Record<string, Rewriting>> = {
  'rules the other way round': (text) => ({
    ...text,
    ...(text.acls !== undefined && { acls: text.acls.toReversed() }),
    ...(text.grants !== undefined && { grants: text.grants.toReversed() }),
  }),
  'every rule twice': (text) => ({
    ...text,
    ...(text.acls !== undefined && { acls: [...text.acls, ...text.acls] }),
    ...(text.grants !== undefined && { grants: [...text.grants, ...text.grants] }),
  }),
  'groups written out': (text) => {
    const { groups = {} } = text
    if (Object.keys(groups).length === 0) return undefined
    // A rule from an empty group is one, a rule from `[]` is none.
    const members = (name: string): readonly string[] => groups[name] ?? []
    return named(text, (name) => (members(name).length > 0 ? members(name) : [name]))
  },
  'hosts written out': ({ hosts = {}, ...text }) => {
    if (Object.keys(hosts).length === 0) return undefined
    return { ...named(text, (name) => [hosts[name.replace(/^host:/, '')] ?? name]), hosts }
  },
  'sources as IP sets': (text) => {
    const { hosts = {} } = text
    const addresses = new Set([...Object.keys(hosts), ...Object.values(hosts)])
    const ipsets = Object.fromEntries(
      [...addresses].map((name, index) => [`ipset:rewritten${index}`, [setEntry(name, hosts)]]),
    )
    const setOf = (name: string): string => {
      const index = [...addresses].indexOf(name)
      return index < 0 ? name : `ipset:rewritten${index}`
    }
    if (addresses.size === 0 || 'ipsets' in text) return undefined
    const sources = <R extends { readonly src: readonly string[] }>(rules: readonly R[]): R[] =>
      rules.map((rule) => ({ ...rule, src: rule.src.map(setOf) }))
    return {
      ...text,
      ipsets,
      ...(text.acls !== undefined && { acls: sources(text.acls) }),
      ...(text.grants !== undefined && { grants: sources(text.grants) }),
    }
  },
  'ACLs as grants': ({ acls = [], grants = [], ...text }) => {
    const plain = ['', 'tcp', 'udp']
    if (acls.length === 0 || acls.some(({ proto = '' }) => !plain.includes(proto))) return undefined
    return { ...text, grants: [...grants, ...acls.flatMap(asGrants)] }
  },
}

function setEntry(name: string, hosts: Readonly<Record<string, string>>): string {
  return name in hosts ? `host:${name}` : name
}

function asGrants({ src, dst, proto, srcPosture = [] }: Acl): readonly Grant[] {
  return dst.map((entry) => {
    const [selector, ports] = parted(entry)
    const ip = ports.split(',').map((part) => (proto === undefined || proto === '' ? part : `${proto}:${part}`))
    return { src, dst: [selector], ip, ...(srcPosture.length > 0 && { srcPosture }) }
  })
}

/** `tag:db:22` as what is meant and its ports. */
function parted(entry: string): readonly [selector: string, ports: string] {
  const at = entry.lastIndexOf(':')
  return [entry.slice(0, at).replace(/^\[(.*)\]/, '$1'), entry.slice(at + 1)]
}

/** The rules with other words for names. */
function named(text: Text, words: (name: string) => readonly string[]): Text {
  const destination = (entry: string): readonly string[] => {
    const [selector, ports] = parted(entry)
    return words(selector).map((word) => (word === selector ? entry : `${bracketed(word)}:${ports}`))
  }
  const { acls, grants, ssh } = text
  return {
    ...text,
    ...(acls !== undefined && {
      acls: acls.map((rule) => ({ ...rule, src: rule.src.flatMap(words), dst: rule.dst.flatMap(destination) })),
    }),
    ...(grants !== undefined && {
      grants: grants.map((rule) => ({ ...rule, src: rule.src.flatMap(words), dst: rule.dst.flatMap(words) })),
    }),
    ...(ssh !== undefined && { ssh: ssh.map((rule) => ({ ...rule, src: rule.src.flatMap(words) })) }),
  }
}

function bracketed(word: string): string {
  return word.includes('::') ? `[${word.split('/')[0]}]${word.includes('/') ? `/${word.split('/')[1]}` : ''}` : word
}

/** What machines are told, whatever the order and however it is put together. */
function told(capture: Capture, policy: Policy): unknown {
  const directory = directoryOf(capture)
  const mesh = compileMesh(policy, directory)
  const compiled = compilePolicy(policy, directory)
  return (directory.nodes ?? []).map((node) => ({
    packets: [...new Set(packetFilter(mesh, node.id).flatMap(packets))].sort(),
    peers: peersOf(mesh, node.id),
    ssh: sshRules(compiled, node),
  }))
}

function packets({ SrcIPs, DstPorts = [], CapGrant = [], IPProto }: ReturnType<typeof packetFilter>[number]): string[] {
  const to = [
    ...DstPorts.map(({ IP, Ports }) => `${IP} ${Ports.First}-${Ports.Last} ${IPProto?.join() ?? ''}`),
    ...CapGrant.flatMap(({ Dsts, CapMap }) =>
      Dsts.flatMap((each) =>
        Object.entries(CapMap).flatMap(([name, values]) =>
          (values ?? ['']).map((value) => `${each} ${name} ${JSON.stringify(value)}`),
        ),
      ),
    ),
  ]
  return SrcIPs.flatMap((from) => to.map((each) => `${from} -> ${each}`))
}

/** The keys that the captures write in the usual case; the others are left as they are. */
function isPlain(value: unknown): value is Text {
  if (typeof value !== 'object' || value === null) return false
  const { acls = [], grants = [] } = value as Text
  return [...acls, ...grants].every((rule) => Array.isArray(rule.src) && Array.isArray(rule.dst))
}

testCaptures(
  'rewritten',
  ({ status, policy }) => status === 200 && isPlain(policy),
  (capture) => {
    const expected = told(capture, policyOf(policyText(capture)))
    for (const [name, rewrite] of Object.entries(REWRITINGS)) {
      const rewritten = rewrite(capture.policy as Text)
      if (rewritten === undefined) continue
      const parsed = parsePolicy(JSON.stringify(rewritten))
      if (!parsed.ok) {
        // What ACLs may say of `autogroup:self`, grants may not.
        assert.match(parsed.refusal, /^autogroup:self can only be used with users/, name)
        continue
      }
      assert.deepEqual(told(capture, parsed.policy), expected, name)
    }
  },
)
