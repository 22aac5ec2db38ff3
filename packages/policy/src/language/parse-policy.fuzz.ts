import { parseIpAddress } from '../address/ip-address.ts'
import { compilePolicy } from '../decide/compile.ts'
import { decide } from '../decide/decide.ts'
import type { Directory } from '../decide/directory.ts'
import { explain } from '../explain/explain.ts'
import { renderExplanation } from '../explain/render-explanation.ts'
import { runTests } from '../tests/run-tests.ts'
import { editPolicyText, type PolicyEdit } from '../text/edit-policy.ts'
import { parseHujson } from '../text/hujson.ts'
import { printPolicy } from '../text/print-policy.ts'
import { defaultPolicy } from './default-policy.ts'
import { formatGoDuration, parseGoDuration } from './go-duration.ts'
import { parsePolicy } from './parse-policy.ts'
import type { Policy } from './policy.ts'
import { parsePostureCondition } from './posture-condition.ts'

const DIRECTORY: Directory = {
  users: [
    { name: 'alice', role: 'owner', disabled: false },
    { name: 'bob@example.com', role: 'member', disabled: false },
  ],
  targets: [
    { name: 'db1', addresses: ['10.0.0.5', 'db1.example.com'], tags: ['tag:db'] },
    { name: 'here', addresses: ['127.0.0.1'], tags: ['tag:here'] },
  ],
}
const ADDRESSES = ['10.0.0.5', '127.0.0.1', '8.8.8.8', 'fd00::1', '::ffff:169.254.169.254', '64:ff9b::7f00:1']

/** Text of the bytes as a policy: never throws, prints to what reads the same, and both ways of deciding agree. */
export const fuzzTargets = [
  {
    name: 'policy/parse',
    run(input: Uint8Array): void {
      const result = parsePolicy(new TextDecoder('utf-8', { ignoreBOM: true }).decode(input))
      if (!result.ok) {
        if (result.diagnostics.length === 0) throw new Error('oracle: refused without a reason')
        return
      }
      checkPrinted(result.policy)
      checkDecisions(result.policy)
    },
    seeds: [
      '{}',
      defaultPolicy(),
      '{"groups":{"group:a":["bob@example.com","alice@"]},"tagOwners":{"tag:db":["group:a"]},"hosts":{"h":"10.0.0.0/8"},' +
        '"acls":[{"action":"accept","proto":"tcp","src":["group:a","10.1.0.0-10.2.0.0"],"dst":["tag:db:22,80-90","h:*"]}],' +
        '"grants":[{"src":["user:*@example.com"],"dst":["::1","autogroup:internet"],"ip":["tcp:443","udp:*","22"]}],' +
        '"tests":[{"src":"alice@","accept":["tag:db:22"],"deny":["[fd00::1]:22"]}],}',
      '{"hosts":{"h":"10.0.0.1"},"ipsets":{"ipset:a":["add host:h","remove 10.0.0.1","add ipset:b"],"ipset:b":["::/0"]},' +
        '"postures":{"posture:p":["node:os IN [\'macos\']","custom:x IS SET"]},"defaultSrcPosture":["posture:p"],' +
        '"grants":[{"src":["ipset:a","autogroup:members"],"dst":["svc:web","host:h","ipset:b"],"ip":["22"],"via":[],' +
        '"srcPosture":["posture:p"],"app":{"example.com/cap/x":[{"a":[1,null]}]}}]}',
      '{"tagOwners":{"tag:a":[]},"acls":[{"action":"accept","users":["*"],"ports":["autogroup:self:*"]}],' +
        '"ssh":[{"action":"check","src":["autogroup:member"],"dst":["autogroup:self","tag:a"],"checkPeriod":"1h30m",' +
        '"users":["autogroup:nonroot","localpart:*@example.com"],"acceptEnv":["LC_*"],"recorder":["tag:a"],"enforceRecorder":true}],' +
        '"sshTests":[{"src":"a@","dst":["tag:a"],"check":["root"],"deny":["x"]}]}',
      '{"tagOwners":{"tag:a":[]},"autoApprovers":{"routes":{"10.0.0.0/8":["tag:a"]},"exitNode":["a@"],"services":{"svc:x":[]}},' +
        '"nodeAttrs":[{"target":["*"],"attr":["funnel"],"app":{"a.b/c":[]},"ipPool":["100.81.0.0/16"]}],' +
        '"derpMap":{"Regions":{"900":{}}},"disableIPv4":true,"OneCGNATRoute":"mac-never","randomizeClientPort":false}',
    ].map((text) => new TextEncoder().encode(text)),
  },
  {
    name: 'policy/edit',
    run(input: Uint8Array): void {
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(input)
      const before = parseHujson(text)
      for (const edit of EDITS) {
        const result = editPolicyText(text, edit)
        if (!before.ok && result.ok) throw new Error('oracle: what cannot be read was edited')
        if (result.ok && !parseHujson(result.text).ok) throw new Error('oracle: an edit broke the text')
      }
    },
    seeds: [
      '{"acls": [{"src": ["a"]}, /* x */ 1 // y\n, ], // z\n}',
      '{\r\n\t"groups": {"group:a": []},\r\n\t"ACLs" /* : */ : [ // none\r\n\t]}',
    ].map((text) => new TextEncoder().encode(text)),
  },
  {
    name: 'policy/posture-condition',
    run(input: Uint8Array): void {
      const result = parsePostureCondition(new TextDecoder('latin1').decode(input))
      const takesNone = result.ok && result.value.operator.endsWith('SET')
      if (result.ok && takesNone !== (result.value.values.length === 0))
        throw new Error('oracle: wrong number of values')
    },
    seeds: ["node:os == 'macos'", "a:b NOT IN ['x', 1, true]", 'a:b IS SET'].map((text) =>
      new TextEncoder().encode(text),
    ),
  },
  {
    name: 'policy/duration',
    run(input: Uint8Array): void {
      const result = parseGoDuration(new TextDecoder('latin1').decode(input))
      if (!result.ok) return
      const again = parseGoDuration(formatGoDuration(result.value))
      // Doubles hold a century to a microsecond.
      if (!again.ok || Math.abs(again.value - result.value) > 1e-6 * Math.max(1, Math.abs(result.value))) {
        throw new Error(`oracle: ${result.value} seconds print as ${formatGoDuration(result.value)}`)
      }
    },
    seeds: ['1h30m', '-1.5s', '0', '.5ms'].map((text) => new TextEncoder().encode(text)),
  },
  {
    name: 'policy/ip-address',
    run(input: Uint8Array): void {
      const address = parseIpAddress(new TextDecoder('latin1').decode(input))
      if (
        address !== undefined &&
        (address.value < 0n || address.value >> (address.family === 4 ? 32n : 128n) !== 0n)
      ) {
        throw new Error('oracle: address out of bounds')
      }
    },
    seeds: ['10.0.0.5', '::ffff:127.0.0.1', 'fd7a:115c:a1e0::1'].map((text) => new TextEncoder().encode(text)),
  },
]

const EDITS: readonly PolicyEdit[] = [
  { kind: 'append', path: ['acls'], value: { src: ['*'], dst: ['*:*'] } },
  { kind: 'append', path: ['groups', 'group:a'], value: 'b@' },
  { kind: 'set', path: ['groups', 'group:b'], value: [] },
  { kind: 'remove', path: ['acls', 0] },
  { kind: 'remove', path: ['acls', 1] },
  { kind: 'remove', path: ['groups'] },
]

function checkPrinted(policy: Policy): void {
  const printed = printPolicy(policy)
  const again = parsePolicy(printed)
  if (!again.ok) throw new Error(`oracle: printed policy is refused: ${again.diagnostics[0]?.message}`)
  if (printPolicy(again.policy) !== printed) throw new Error('oracle: printed policy prints differently')
}

function checkDecisions(policy: Policy): void {
  const compiled = compilePolicy(policy, DIRECTORY)
  runTests(compiled)
  for (const address of ADDRESSES) {
    for (const name of ['alice', 'bob@example.com']) {
      const query = { user: { name }, source: '10.1.2.3', destination: { address, port: 22 } }
      const explanation = explain(compiled, query)
      renderExplanation(explanation)
      const bySlowWay = explanation.rules.some((rule) => rule.allows)
      if (bySlowWay !== (decide(compiled, query).verdict === 'allow'))
        throw new Error('oracle: index and rules disagree')
    }
  }
}
