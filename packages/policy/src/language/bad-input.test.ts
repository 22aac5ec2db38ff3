import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { policyOf } from '../testing/compile-text.ts'
import { DIAGNOSTICS_MAX } from '../text/diagnostic.ts'
import { POLICY_TEXT_MAX, parsePolicy } from './parse-policy.ts'
import { RULE_ENDS_MAX } from './parse-rules.ts'

/** Processor seconds for the worst text there can be; waiting for other processes does not count. */
const SECONDS_MAX = 3
/** Old generation of a reader of the worst text, in MB: a text of 8 Mi characters and some hundred bytes for each value. */
const HEAP_MAX_MB = 512
/** Longest message: names from the text are cut. */
const MESSAGE_MAX = 1000

interface Outcome {
  readonly first: string
  readonly count: number
}

/** Reads a text within the bounds, and checks that what is said of it is short. */
function outcome(text: string): Outcome {
  const before = process.cpuUsage()
  const result = parsePolicy(text)
  const { user, system } = process.cpuUsage(before)
  assert.ok(user + system < SECONDS_MAX * 1e6, `${(user + system) / 1e6} s`)
  if (result.ok) return { first: 'ok', count: 0 }
  assert.ok(result.diagnostics.length > 0 && result.diagnostics.length <= DIAGNOSTICS_MAX + 1)
  for (const { message } of result.diagnostics) assert.ok(message.length > 0 && message.length < MESSAGE_MAX)
  return { first: result.diagnostics[0]?.message ?? '', count: result.diagnostics.length }
}

/** As many units between head and tail as the longest text takes. */
function filled(head: string, unit: (index: number) => string, tail: string, max = POLICY_TEXT_MAX): string {
  const units: string[] = []
  let length = head.length + tail.length
  for (let index = 0; ; index++) {
    const next = unit(index)
    length += next.length
    if (length > max) return head + units.join('') + tail
    units.push(next)
  }
}

function address(index: number): string {
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`
}

/** Characters; texts of short values reach the greatest number of values before the greatest length. */
const MI = 1024 * 1024
const GRANT = '{"src":["*"],"dst":["*"],"ip":["*"]},'
const LONG = 'a'.repeat(POLICY_TEXT_MAX - 1000)

const heavy: readonly (readonly [name: string, text: () => string, expected: RegExp])[] = [
  ['10 MB', () => `{"acls": [${' '.repeat(10 * 1024 * 1024)}]}`, /^the policy is longer than \d+ characters$/],
  ['spaces alone', () => ' '.repeat(POLICY_TEXT_MAX), /^the file is empty/],
  ['line ends alone', () => '\n'.repeat(POLICY_TEXT_MAX), /^the file is empty/],
  ['comments alone', () => filled('{', () => '/**/', '}'), /^ok$/],
  ['a comment without end', () => filled('{}/*', () => '*', ''), /^comment does not end$/],
  ['brackets that open', () => '['.repeat(POLICY_TEXT_MAX), /^nested deeper than 32 levels$/],
  ['10,000 levels', () => `${'{"a":['.repeat(5000)}${']}'.repeat(5000)}`, /^nested deeper than 32 levels$/],
  ['values', () => filled('{"acls":[', () => '1,', ']}'), /^more than 1000000 values$/],
  [
    'mistakes',
    () => filled('{"acls":[', () => '{"acton":1,"srcc":["grup:x"]},', ']}', 7 * MI),
    /^action="" is not supported$/,
  ],
  ['unknown keys', () => filled('{', (index) => `"k${index}":1,`, '}'), /^unknown key "k0"/],
  ['a key again and again', () => filled('{', () => '"acls":[],', '}'), /^key "acls" appears twice/],
  ['rules', () => filled('{"grants":[', () => GRANT, ']}', 5 * MI), /^ok$/],
  ['members', () => filled('{"groups":{"group:a":[', (index) => `"u${index}@x",`, ']},"acls":[]}'), /^ok$/],
  [
    'names to compare with a misspelt one',
    () =>
      filled(
        `{"grants":[${GRANT.replace('*', `tag:${'q'.repeat(54)}`).repeat(100)}],"tagOwners":{`,
        (index) => `"tag:${'t'.repeat(50)}${index}":[],`,
        '}}',
      ),
    /^src=tag not found/,
  ],
  ['a group named by megabytes', () => `{"groups":{"group:${LONG}":[]}}`, /^groups\["group:aaa/],
  ['a tag named by megabytes', () => `{"tagOwners":{"tag:${LONG}":[]}}`, /^tagOwners\["tag:aaa/],
  ['a host named by megabytes', () => `{"hosts":{"${LONG}":"10.0.0.1"}}`, /^hosts\["aaa/],
  ['a section named by megabytes', () => `{"${LONG}":1}`, /^unknown key "aaa/],
  ['a selector of megabytes', () => `{"grants":[{"src":["${LONG}"],"dst":["*"],"ip":["*"]}]}`, /^src="aaa/],
  [
    'dots of megabytes',
    () => `{"grants":[{"src":["*"],"dst":["${'1.'.repeat(POLICY_TEXT_MAX / 2 - 1000)}"],"ip":["*"]}]}`,
    /^dst="1\.1/,
  ],
  ['a protocol of megabytes', () => `{"grants":[{"src":["*"],"dst":["*"],"ip":["${LONG}:22"]}]}`, /^proto name/],
  [
    'ports without end',
    () => `{"acls":[{"action":"accept","src":["*"],"dst":["*:${'1,'.repeat(POLICY_TEXT_MAX / 2 - 1000)}"]}]}`,
    /more than 1024 port ranges$/,
  ],
  ['a number of megabytes', () => `{"derpMap":{"a":${'9'.repeat(POLICY_TEXT_MAX - 1000)}}}`, /^number is too large$/],
  [
    'a duration of megabytes',
    () => `{"ssh":[{"checkPeriod":"${'1h'.repeat(POLICY_TEXT_MAX / 2 - 1000)}"}]}`,
    /^action must be specified/,
  ],
  ['a condition of megabytes', () => `{"postures":{"posture:a":["node:os == '${LONG}'"]}}`, /at most 4096 characters$/],
  ['conditions', () => filled('{"postures":{"posture:a":[', () => `"node:os =",`, ']}}'), /after the attribute comes/],
  [
    'one rule from many addresses to many',
    () => {
      const side = Array.from({ length: 200_000 }, (_, index) => `"${address(index)}",`).join('')
      return `{"grants":[{"src":[${side}],"dst":[${side}],"ip":["22"]}]}`
    },
    /^ok$/,
  ],
  [
    'rules that name a large IP set',
    () => {
      const ranges = RULE_ENDS_MAX / 1000 + 1
      const large = Array.from({ length: ranges }, (_, index) => `"${address(2 * index)}"`).join()
      const rule = '{"src":["ipset:a"],"dst":["*"],"ip":["22"]},'
      return `{"ipsets":{"ipset:a":[${large}]},"grants":[${rule.repeat(1000)}]}`
    },
    /^the rules up to here have more than \d+ sources and destinations, each range of an IP set counted$/,
  ],
  [
    'an IP set of addresses',
    () => filled('{"ipsets":{"ipset:a":[', (index) => `"${address(2 * index)}",`, ']}}'),
    /^ok$/,
  ],
  [
    'an IP set that adds and removes by turns',
    () =>
      filled(
        '{"ipsets":{"ipset:a":[',
        (index) => `"${index % 2 === 0 ? 'add' : 'remove'} ${address(3 * index)}",`,
        ']}}',
      ),
    /^IP sets up to here hold more than \d+ ranges$/,
  ],
  [
    'IP sets that hold a large one',
    () => {
      const large = Array.from({ length: 20_000 }, (_, index) => `"${address(2 * index)}"`).join()
      return filled(`{"ipsets":{"ipset:a":[${large}],`, (index) => `"ipset:b${index}":["ipset:a"],`, '}}')
    },
    /^IP sets up to here hold more than \d+ ranges$/,
  ],
  [
    'IP sets that double',
    () =>
      filled(
        '{"ipsets":{"ipset:x0":["10.0.0.1"],',
        (index) => `"ipset:x${index + 1}":["ipset:x${index}","ipset:x${index}","${address(2 * index)}"],`,
        '}}',
      ),
    /^IP sets up to here hold more than \d+ ranges$/,
  ],
  [
    'a circle of all IP sets',
    () => filled('{"ipsets":{"ipset:0":["ipset:1"],', (index) => `"ipset:${index + 1}":["ipset:${index}"],`, '}}'),
    /IP sets cannot hold each other in a circle$/,
  ],
]

for (const [name, text, expected] of heavy) {
  test(`the longest file of ${name} is read or refused within ${SECONDS_MAX} s`, () => {
    assert.match(outcome(text()).first, expected)
  })
}

test('500 rules from and to an IP set of 10,000 ranges are read', () => {
  const ipset = Array.from({ length: 10_000 }, (_, index) => address(2 * index))
  const rule = { src: ['ipset:a'], dst: ['ipset:a'], ip: ['22'] }
  const text = JSON.stringify({ ipsets: { 'ipset:a': ipset }, grants: Array.from({ length: 500 }, () => rule) })
  assert.equal(outcome(text).first, 'ok')
})

test('very many problems are told as the first ones and a count', () => {
  const text = filled('{"acls":[', () => '{},', ']}', 1_000_000)
  const result = parsePolicy(text)
  assert.ok(!result.ok)
  assert.equal(result.diagnostics.length, DIAGNOSTICS_MAX + 1)
  assert.match(result.diagnostics.at(-1)?.message ?? '', /^and \d+ more problems$/)
})

test('the worst files are read in bounded memory', async () => {
  const read = new URL('./parse-policy.ts', import.meta.url).href
  const code = `
    const { workerData, parentPort } = require('node:worker_threads')
    import(${JSON.stringify(read)}).then(({ parsePolicy }) => parentPort.postMessage(parsePolicy(workerData).ok))`
  const worst = ['rules', 'values', 'mistakes', 'IP sets that double', 'an IP set of addresses']
  for (const [name, text] of heavy.filter(([wanted]) => worst.includes(wanted))) {
    const resourceLimits = { maxOldGenerationSizeMb: HEAP_MAX_MB, maxYoungGenerationSizeMb: 32 }
    const worker = new Worker(code, { eval: true, workerData: text(), resourceLimits })
    const ended = await new Promise<string>((resolve) => {
      worker.once('message', () => resolve('read'))
      worker.once('error', (error: unknown) => resolve(`${name}: ${String(error)}`))
    })
    await worker.terminate()
    assert.equal(ended, 'read')
  }
})

test('a policy of 10,000 rules and 10,000 people is read', () => {
  const groups = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [
      `group:team${index}`,
      Array.from({ length: 100 }, (__, member) => `person${(index * 7 + member) % 10_000}@example.com`),
    ]),
  )
  const acls = Array.from({ length: 10_000 }, (_, index) => ({
    action: 'accept',
    src: [`group:team${index % 1000}`],
    dst: [`${address(index)}:22,443`, `${address(index + 20_000)}/32:5432`],
  }))
  const text = JSON.stringify({ groups, acls })
  assert.equal(policyOf(text).rules.length, 10_000)
  assert.equal(outcome(text).first, 'ok')
})

const hostile: readonly (readonly [name: string, text: string, expected: RegExp])[] = [
  ['a byte order mark', '\ufeff{}', /^the file starts with a byte order mark/],
  ['a byte order mark within', '{\ufeff}', /found the character U\+FEFF$/],
  ['NUL', '{\0}', /found the character U\+0000$/],
  ['NUL in a string', '{"a\0": 1}', /^control character in a string/],
  ['NUL as an escape', '{"\\u0000": 1}', /^unknown key "\\u\{0\}" in the policy$/],
  ['half a surrogate pair', '{"\ud800": 1}', /^half of a surrogate pair in a string$/],
  ['half a surrogate pair as an escape', '{"\\udc00": 1}', /^half of a surrogate pair in a string$/],
  ['a no-break space', '{\u00a0}', /found the character U\+00A0$/],
  ['a line separator', '{\u2028}', /found the character U\+2028$/],
  ['text that runs the other way', '{"groups": {"group:\u202eabd": []}}', /^groups\["group:\\u\{202e\}abd"\]/],
  ['a homoglyph in a key', '{"\u0430cls": []}', /^unknown key "\u0430cls" in the policy$/],
  [
    'a homoglyph in a tag',
    '{"tagOwners": {"tag:d\u0432": []}}',
    /tag names can only contain numbers, letters, or dashes$/,
  ],
  ['a letter that folds into ASCII', '{"grant\u017f": []}', /^unknown key "grant\u017f" in the policy$/],
  ['letters of full width', '{"acls": [{"\uff53rc": []}]}', /^action="" is not supported$/],
  ['a combining mark', '{"hosts": {"db\u0301": "10.0.0.1"}}', /a host is named with letters/],
  ['digits of another script', '{"hosts": {"a": "\u0661\u0660.0.0.1"}}', /is not an IP address or prefix$/],
  [
    'an invisible character in a name',
    '{"groups": {"group:a": ["bob\u200b@example.com"]}}',
    /^groups\["group:a"\]: "bob\\u\{200b\}@/,
  ],
  ['a key twice, once in escapes', '{"acls": [], "\\u0061cls": []}', /^key "acls" appears twice in the same object$/],
  ['a key twice by case', '{"acls": [], "ACLS": []}', /^key "ACLS" in the policy repeats "acls"$/],
  [
    'a group twice, once in escapes',
    '{"groups": {"group:a": [], "group\\u003aa": []}}',
    /^key "group:a" appears twice/,
  ],
  ['a capability twice', '{"grants": [{"app": {"a/b": [], "a\\/b": []}}]}', /^key "a\/b" appears twice/],
  [
    'all addresses',
    '{"grants": [{"src": ["*"], "dst": ["0.0.0.0-255.255.255.255"], "ip": ["*"]}]}',
    /^dst "0\.0\.0\.0-255/,
  ],
  [
    'a port beyond ports',
    '{"acls": [{"action": "accept", "src": ["*"], "dst": ["*:1-99999"]}]}',
    /invalid last integer$/,
  ],
  [
    'a port beyond numbers',
    '{"acls": [{"action": "accept", "src": ["*"], "dst": ["*:1e9"]}]}',
    /invalid first integer$/,
  ],
  ['a prefix beyond its family', '{"hosts": {"a": "::/999999999999"}}', /is not an IP address or prefix$/],
]
for (const [name, text, expected] of hostile) {
  test(`refuses ${name}`, () => {
    const { first } = outcome(text)
    assert.match(first, expected)
    // What is said of a hostile text can be printed on a terminal.
    assert.doesNotMatch(first, /[\p{Cc}\p{Cf}\p{Cs}]/u)
  })
}

test('values of capabilities keep hostile texts as they are', () => {
  const value = '["\u202e","\\u0000","__proto__",{"__proto__":1,"constructor":[]}]'
  const policy = policyOf(`{"grants": [{"src": ["*"], "dst": ["*"], "app": {"example.com/cap/x": ${value}}}]}`)
  assert.equal(JSON.stringify(policy.rules[0]?.app[0]?.values), value)
})
