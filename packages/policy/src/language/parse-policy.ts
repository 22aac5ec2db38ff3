import { type Diagnostic, DiagnosticList } from '../text/diagnostic.ts'
import { type JsonNode, parseHujson } from '../text/hujson.ts'
import { type KeySet, NodeReader } from '../text/node-reader.ts'
import { locator } from '../text/position.ts'
import { parseAutoApprovers } from './parse-auto-approvers.ts'
import { parseDefinitions } from './parse-definitions.ts'
import { parseNetwork } from './parse-network.ts'
import { parseNodeAttributes } from './parse-node-attributes.ts'
import { parseRules } from './parse-rules.ts'
import { parseSsh } from './parse-ssh.ts'
import { parseSshTests } from './parse-ssh-tests.ts'
import { parseTests } from './parse-tests.ts'
import type { Policy } from './policy.ts'
import { parseSrcPosture } from './rule-parts.ts'

export type ParsePolicyResult =
  | { readonly ok: true; readonly policy: Policy }
  | {
      readonly ok: false
      /** In the order of the text; at least one. */
      readonly diagnostics: readonly Diagnostic[]
      /** The message of the one of them that Tailscale's control plane would give as its whole answer. */
      readonly refusal: string
    }

/**
 * Longest policy text, in UTF-16 code units: 10,000 rules of 200 characters with 10,000 people in ten groups each take some
 * 5 Mi. The longest is read within three seconds of a busy processor; the API takes no longer ones.
 */
export const POLICY_TEXT_MAX = 8 * 1024 * 1024

const TOP_KEYS: KeySet = {
  known: [
    'groups',
    'hosts',
    'tagOwners',
    'ipsets',
    'postures',
    'defaultSrcPosture',
    'acls',
    'grants',
    'ssh',
    'autoApprovers',
    'nodeAttrs',
    'tests',
    'sshTests',
    'derpMap',
    'disableIPv4',
    'OneCGNATRoute',
    'randomizeClientPort',
  ],
  // Without either of them everything is open in the mesh: nobody means that by `null`.
  neverNull: ['acls', 'grants'],
}

export interface ParseOptions {
  /**
   * Domains of people's login names: `user:*@domain` and `localpart:*@domain` may name no other. Absent: any domain may be
   * named, for a policy can be written before its people are added.
   */
  readonly domains?: readonly string[]
}

/**
 * Reads a policy: HuJSON in Tailscale's syntax. Either all of it is understood, or none of it is taken: every problem is
 * told with its place, up to `DIAGNOSTICS_MAX`. Never throws, whatever the text.
 */
export function parsePolicy(text: string, options: ParseOptions = {}): ParsePolicyResult {
  if (text.length > POLICY_TEXT_MAX) {
    const message = `the policy is longer than ${POLICY_TEXT_MAX} characters`
    return { ok: false, diagnostics: [{ code: 'too-large', message, offset: 0, line: 1, column: 1 }], refusal: message }
  }
  const position = locator(text)
  const problems = new DiagnosticList(position)
  const tree = parseHujson(text)
  if (!tree.ok) {
    for (const { code, offset, message } of tree.problems) problems.add(code, offset, message)
    return { ok: false, diagnostics: problems.list(), refusal: problems.refusal() }
  }
  const warnings = new DiagnosticList(position)
  const policy = readPolicy(tree.root, new NodeReader(position, problems, warnings), options)
  const diagnostics = problems.list()
  if (diagnostics.length > 0) return { ok: false, diagnostics, refusal: problems.refusal() }
  return { ok: true, policy: { ...policy, warnings: warnings.list() } }
}

function readPolicy(root: JsonNode, reader: NodeReader, options: ParseOptions): Omit<Policy, 'warnings'> {
  const sections = reader.fields(root, 'the policy', TOP_KEYS)
  const names = parseDefinitions(sections, reader, options.domains)
  const defaultSrcPosture = parseSrcPosture(sections.get('defaultSrcPosture'), 'defaultSrcPosture', reader, names)
  const rules = parseRules(sections, reader, names)
  const sshRules = parseSsh(sections.get('ssh'), reader, names)
  const nodeAttributes = parseNodeAttributes(sections.get('nodeAttrs'), reader, names)
  const autoApprovers = parseAutoApprovers(sections.get('autoApprovers'), reader, names)
  const tests = parseTests(sections, reader, names)
  const sshTests = parseSshTests(sections.get('sshTests'), reader, names)
  const network = parseNetwork(sections, reader)
  const restricts = sections.has('acls') || sections.has('grants')
  if (root.kind === 'object' && !restricts) {
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
    ipsets: names.ipsets,
    postures: names.postureDefinitions,
    defaultSrcPosture,
    restricts,
    rules,
    sshRules,
    autoApprovers,
    nodeAttributes,
    tests,
    sshTests,
    network,
  }
}
