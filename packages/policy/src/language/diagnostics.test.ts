import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDiagnostic } from '../text/diagnostic.ts'
import { parsePolicy } from './parse-policy.ts'

/** What is said of one mistake in each section: place, message and nearest name, word for word. */
const golden: readonly (readonly [section: string, text: string, said: readonly string[]])[] = [
  [
    'the top level',
    '{\n  "Groups": {},\n  "nodeAttr": [],\n  "sshtest": [],\n}',
    [
      'p:3:3: unknown key "nodeAttr" in the policy (did you mean "nodeAttrs"?)',
      'p:4:3: unknown key "sshtest" in the policy (did you mean "sshTests"?)',
    ],
  ],
  [
    'groups',
    '{\n  "groups": {\n    "group:a": ["bob@example.com", "group:b", "bob"],\n    "b": [],\n  },\n}',
    [
      'p:3:36: groups["group:a"]: "group:b": group members cannot be recursive',
      'p:3:47: groups["group:a"]: "bob": group members are users: "alice@example.com", or "alice@" without a domain',
      'p:4:5: groups["b"]: a group is named "group:" and letters (did you mean "group:b"?)',
    ],
  ],
  [
    'hosts',
    '{\n  "hosts": {\n    "db1": "10.0.0.256",\n    "DB1": "10.0.0.1",\n    "a b": "10.0.0.1",\n  },\n}',
    [
      'p:3:12: hosts["db1"]: "10.0.0.256" is not an IP address or prefix',
      'p:5:5: hosts["a b"]: a host is named with letters, digits, ".", "_" and "-", and not like an address',
    ],
  ],
  [
    'tagOwners',
    '{\n  "tagOwners": {\n    "tag:db": ["group:x"],\n    "web": [],\n  },\n}',
    [
      'p:3:16: group not found: "group:x"',
      `p:4:5: tagOwners["web"]: tags must start with 'tag:' (did you mean "tag:web"?)`,
    ],
  ],
  [
    'ipsets',
    '{\n  "ipsets": {\n    "ipset:prod": ["10.0.0.0/8"],\n    "ipset:all": ["ipset:prd"],\n  },\n}',
    ['p:4:19: ipsets["ipset:all"]: "ipset:prd": ipset not found (did you mean "ipset:prod"?)'],
  ],
  [
    'postures',
    '{\n  "postures": {\n    "posture:mac": ["node:os = \'macos\'"],\n    "mac": [],\n    "posture:none": [],\n  },\n}',
    [
      `p:3:21: postures["posture:mac"]: "node:os = 'macos'": after the attribute comes ==, !=, <, <=, >, >=, IN, NOT IN, IS SET or NOT SET`,
      'p:4:5: postures["mac"]: a posture is named "posture:" and letters',
      'p:5:21: postures["posture:none"]: a posture has at least one condition',
    ],
  ],
  [
    'defaultSrcPosture',
    `{\n  "postures": { "posture:mac": ["node:os == 'macos'"] },\n  "defaultSrcPosture": ["posture:mack"],\n}`,
    ['p:3:25: defaultSrcPosture: posture not found: "posture:mack" (did you mean "posture:mac"?)'],
  ],
  [
    'acls',
    '{\n  "tagOwners": { "tag:db": [] },\n  "acls": [\n    { "action": "accept", "src": ["tag:bd"], "dst": ["tag:db"], "srcPostur": [] },\n  ],\n}',
    [
      'p:4:35: src=tag not found: "tag:bd" (did you mean "tag:db"?)',
      `p:4:54: dst="tag:db": port range "db": invalid first integer`,
      'p:4:65: unknown key "srcPostur" in acls[0] (did you mean "srcPosture"?)',
    ],
  ],
  [
    'grants',
    '{\n  "tagOwners": { "tag:db": [] },\n  "grants": [\n    { "src": ["*"], "dst": ["*"], "ip": ["tpc:22"], "via": ["tag:bd"], "app": { "cap": [] } },\n  ],\n}',
    [
      'p:4:42: proto name "tpc" not known; use protocol number 0-255',
      'p:4:61: tag "tag:bd" not found (did you mean "tag:db"?)',
      'p:4:81: capability name must have the form {domain}/{path}',
    ],
  ],
  [
    'ssh',
    '{\n  "tagOwners": { "tag:db": [] },\n  "ssh": [\n    { "action": "allow", "src": ["tag:bd"], "dst": ["*"], "users": [] },\n  ],\n}',
    [
      'p:4:17: "allow" is not a valid action',
      'p:4:34: [ssh] tag not found: "tag:bd" (did you mean "tag:db"?)',
      'p:4:53: invalid dst "*"',
      'p:4:68: users must be specified',
    ],
  ],
  [
    'autoApprovers',
    '{\n  "tagOwners": { "tag:db": [] },\n  "autoApprovers": {\n    "routes": { "10.0.0.0/40": ["tag:bd"] },\n    "exitNode": ["*"],\n    "services": { "web": [] },\n    "route": {},\n  },\n}',
    [
      'p:4:17: autoApprovers.routes["10.0.0.0/40"]: not an IP prefix',
      'p:4:33: tag not found: "tag:bd" (did you mean "tag:db"?)',
      'p:5:18: autoApprovers.exitNode: "*": approvers are users, groups, tags and roles',
      'p:6:19: autoApprovers.services["web"]: a service is named "svc:" and small letters, or by a known tag',
      'p:7:5: unknown key "route" in "autoApprovers" (did you mean "routes"?)',
    ],
  ],
  [
    'nodeAttrs',
    '{\n  "nodeAttrs": [\n    { "target": ["tag:x", "autogroup:self"], "attr": [""], "ipPool": ["100.100.100.0/24", "10.0.0.0/8"] },\n  ],\n}',
    [
      'p:3:18: tag not found: "tag:x"',
      'p:3:27: nodeAttrs[0].target: "autogroup:self" cannot be a target',
      'p:3:55: nodeAttrs[0].attr: an attribute has 1 to 1024 characters',
      'p:3:71: IPPool(100.100.100.0/24): network within reserved range',
      'p:3:91: IPPool(10.0.0.0/8): network not within 100.64.0.0/10',
    ],
  ],
  [
    'tests',
    '{\n  "tests": [\n    { "src": "alice@", "acept": ["10.0.0.1:22"], "srcPostureAttrs": { "node:os": [] } },\n  ],\n}',
    [
      'p:3:24: unknown key "acept" in tests[0] (did you mean "accept"?)',
      'p:3:71: tests[0].srcPostureAttrs["node:os"] is a string, a number, true or false',
    ],
  ],
  [
    'sshTests',
    '{\n  "tagOwners": { "tag:db": [] },\n  "sshTests": [\n    { "src": "autogroup:admin", "dst": ["tag:bd", "10.0.0.0/8"], "accept": "root" },\n  ],\n}',
    [
      'p:4:14: SSH tests src contains disallowed element "autogroup:admin"',
      'p:4:41: SSH tests dst contains unknown tag "tag:bd" (did you mean "tag:db"?)',
      'p:4:51: SSH tests dst contains disallowed element "10.0.0.0/8"',
      'p:4:76: sshTests[0].accept is a list, not a string: write ["root"]',
    ],
  ],
  [
    'the settings of the mesh',
    '{\n  "derpMap": [],\n  "disableIPv4": 1,\n  "OneCGNATRoute": "mac-allways",\n  "randomizeClientPort": "true",\n}',
    [
      'p:2:14: "derpMap" is an object, not a list',
      'p:3:18: "disableIPv4" is true or false, not a number',
      'p:4:20: "OneCGNATRoute" is "mac-always", "mac-never" or "", not "mac-allways" (did you mean "mac-always"?)',
      'p:5:26: "randomizeClientPort" is true or false, not a string',
    ],
  ],
]

for (const [section, text, said] of golden) {
  test(`mistakes in ${section} are told with their place and the nearest name`, () => {
    const result = parsePolicy(text)
    assert.ok(!result.ok)
    assert.deepEqual(
      result.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, 'p')),
      said,
    )
    for (const { offset, line, column } of result.diagnostics) {
      const before = text.slice(0, offset).split('\n')
      assert.deepEqual([line, column], [before.length, (before.at(-1) ?? '').length + 1])
    }
  })
}

test('a name whose definition is faulty is told of once', () => {
  const result = parsePolicy(
    '{"groups": {"dba": []}, "tagOwners": {"tag:1": []}, "acls": [{"action": "accept", "src": ["tag:1", "dba"], "dst": ["tag:1:22"]}]}',
  )
  assert.ok(!result.ok)
  assert.equal(result.diagnostics.length, 2)
  assert.equal(result.refusal, 'groups["dba"]: a group is named "group:" and letters')
})
