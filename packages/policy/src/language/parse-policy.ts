import { type Diagnostic, DiagnosticList } from '../text/diagnostic.ts'
import { type JsonNode, parseHujson } from '../text/hujson.ts'
import { type KeySet, NodeReader } from '../text/node-reader.ts'
import { locator } from '../text/position.ts'
import { parseDefinitions } from './parse-definitions.ts'
import { parseRules } from './parse-rules.ts'
import { parseTests } from './parse-tests.ts'
import type { Policy } from './policy.ts'

export type ParsePolicyResult =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/** Longest policy text, in UTF-16 code units: five times what 10,000 rules take, and read within a second or so. */
export const POLICY_TEXT_MAX = 8 * 1024 * 1024

const TOP_KEYS: KeySet = {
  known: ['groups', 'hosts', 'tagOwners', 'acls', 'grants', 'tests'],
  unsupported: [
    'ssh',
    'sshTests',
    'autoApprovers',
    'nodeAttrs',
    'postures',
    'defaultSrcPosture',
    'ipsets',
    'derpMap',
    'disableIPv4',
    'OneCGNATRoute',
    'randomizeClientPort',
  ],
}

/**
 * Reads a policy: HuJSON in Tailscale's syntax. Either all of it is understood, or none of it is taken: every problem is
 * told with its place, up to `DIAGNOSTICS_MAX`. Never throws, whatever the text.
 */
export function parsePolicy(text: string): ParsePolicyResult {
  if (text.length > POLICY_TEXT_MAX) {
    const message = `the policy is longer than ${POLICY_TEXT_MAX} characters`
    return { ok: false, diagnostics: [{ code: 'too-large', message, offset: 0, line: 1, column: 1 }] }
  }
  const position = locator(text)
  const problems = new DiagnosticList(position)
  const tree = parseHujson(text)
  if (!tree.ok) {
    for (const { code, offset, message } of tree.problems) problems.add(code, offset, message)
    return { ok: false, diagnostics: problems.list() }
  }
  const warnings = new DiagnosticList(position)
  const policy = readPolicy(tree.root, new NodeReader(position, problems, warnings))
  const diagnostics = problems.list()
  if (diagnostics.length > 0) return { ok: false, diagnostics }
  return { ok: true, policy: { ...policy, warnings: warnings.list() } }
}

function readPolicy(root: JsonNode, reader: NodeReader): Omit<Policy, 'warnings'> {
  const sections = reader.fields(root, 'the policy', TOP_KEYS)
  const names = parseDefinitions(sections, reader)
  const rules = parseRules(sections, reader, names)
  const tests = parseTests(sections, reader, names)
  if (root.kind === 'object' && !sections.has('acls') && !sections.has('grants')) {
    reader.warn(
      'no-effect',
      root.offset,
      'neither "acls" nor "grants": nothing is allowed (Tailscale would allow everything)',
    )
  }
  return {
    groups: names.groups,
    hosts: names.hosts,
    tagOwners: names.tagOwners,
    ipsets: new Map(),
    postures: new Map(),
    defaultSrcPosture: [],
    restricts: sections.has('acls') || sections.has('grants'),
    rules,
    sshRules: [],
    autoApprovers: { routes: [], exitNode: [], services: new Map() },
    nodeAttributes: [],
    tests,
    sshTests: [],
    network: {},
  }
}
