import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { JsonValue } from '../language/policy.ts'
import { arbitraryPolicySource } from '../testing/arbitrary-policy.ts'
import { policyOf } from '../testing/compile-text.ts'
import { type EditPath, editPolicyText, type PolicyEdit } from './edit-policy.ts'
import { parseHujson } from './hujson.ts'
import { jsonValue } from './json-value.ts'

function edited(text: string, edit: PolicyEdit): string {
  const result = editPolicyText(text, edit)
  assert.ok(result.ok, result.ok ? '' : result.message)
  return result.text
}

const POLICY = `// Who may do what.
{
  "groups": {
    // The database people.
    "group:dba": ["alice@example.com", "bob@example.com"], // asked for by Eve
    "group:ops": [],
  },
  "Hosts": { "db1": "10.0.0.5" },
  /* rules */
  "acls": [
    { "action": "accept", "src": ["group:dba"], "dst": ["db1:22"] }, // SSH

    // PostgreSQL
    {
      "action": "accept",
      "users": ["group:dba"],
      "ports": ["db1:5432"]
    }
    // { "action": "accept", "src": ["*"], "dst": ["*:*"] },
  ],
}
`

const table: readonly (readonly [name: string, edit: PolicyEdit, from: string, to: string])[] = [
  [
    'a member joins a group, on its line',
    { kind: 'append', path: ['groups', 'group:dba'], value: 'carol@example.com' },
    '"bob@example.com"], //',
    '"bob@example.com", "carol@example.com"], //',
  ],
  [
    'a member joins an empty group',
    { kind: 'append', path: ['groups', 'group:ops'], value: 'carol@' },
    '"group:ops": []',
    '"group:ops": ["carol@"]',
  ],
  [
    'the first member leaves',
    { kind: 'remove', path: ['groups', 'group:dba', 0] },
    '["alice@example.com", "bob@example.com"]',
    '["bob@example.com"]',
  ],
  [
    'the last member leaves',
    { kind: 'remove', path: ['groups', 'group:dba', 1] },
    '["alice@example.com", "bob@example.com"]',
    '["alice@example.com"]',
  ],
  [
    'a group is added after the last one, with the comma that it had',
    { kind: 'set', path: ['groups', 'group:web'], value: ['eve@example.org'] },
    '    "group:ops": [],\n',
    '    "group:ops": [],\n    "group:web": ["eve@example.org"],\n',
  ],
  [
    'a group goes with its line, and its comments stay',
    { kind: 'remove', path: ['groups', 'group:dba'] },
    '    "group:dba": ["alice@example.com", "bob@example.com"], // asked',
    '    // asked',
  ],
  [
    'a host is added in a section written in another case, on its line',
    { kind: 'set', path: ['hosts', 'web1'], value: '10.0.0.6' },
    '{ "db1": "10.0.0.5" }',
    '{ "db1": "10.0.0.5", "web1": "10.0.0.6" }',
  ],
  [
    'a host gets another address',
    { kind: 'set', path: ['hosts', 'db1'], value: '10.0.0.7' },
    '"10.0.0.5"',
    '"10.0.0.7"',
  ],
  [
    'a rule is added after the last one, before the comments that follow it',
    { kind: 'append', path: ['acls'], value: { action: 'accept', src: ['alice@'], dst: ['*:22'] } },
    '    }\n    // {',
    '    },\n    { "action": "accept", "src": ["alice@"], "dst": ["*:22"] }\n    // {',
  ],
  [
    'the first rule goes, and its comment stays',
    { kind: 'remove', path: ['acls', 0] },
    '    { "action": "accept", "src": ["group:dba"], "dst": ["db1:22"] }, // SSH',
    '    // SSH',
  ],
  [
    'the last rule goes with the comma before it',
    { kind: 'remove', path: ['acls', 1] },
    `"dst": ["db1:22"] }, // SSH

    // PostgreSQL
    {
      "action": "accept",
      "users": ["group:dba"],
      "ports": ["db1:5432"]
    }
`,
    `"dst": ["db1:22"] } // SSH

    // PostgreSQL
`,
  ],
  [
    'a field is found by its older name',
    { kind: 'append', path: ['acls', 1, 'dst'], value: 'db1:22' },
    '["db1:5432"]',
    '["db1:5432", "db1:22"]',
  ],
  [
    'a section that is not there yet is made',
    { kind: 'set', path: ['tagOwners', 'tag:db'], value: ['group:dba'] },
    '    // { "action": "accept", "src": ["*"], "dst": ["*:*"] },\n  ],\n',
    '    // { "action": "accept", "src": ["*"], "dst": ["*:*"] },\n  ],\n  "tagOwners": { "tag:db": ["group:dba"] },\n',
  ],
  [
    'a list that is not there yet is made',
    { kind: 'append', path: ['tests'], value: { src: 'alice@', deny: ['db1:80'] } },
    '  ],\n}',
    '  ],\n  "tests": [{ "src": "alice@", "deny": ["db1:80"] }],\n}',
  ],
]
for (const [name, edit, from, to] of table) {
  test(name, () => {
    assert.ok(POLICY.split(from).length === 2, 'the place stands once in the text')
    assert.equal(
      edited(POLICY, edit),
      POLICY.replace(from, () => to),
    )
  })
}

test('values too long for a line are written on several', () => {
  const src = Array.from({ length: 8 }, (_, index) => `person${index}@example.com`)
  const result = edited('{\n\t"acls": [],\n}', { kind: 'append', path: ['acls'], value: { src, dst: ['*:22'] } })
  const lines = src.map((name) => `\t\t\t\t"${name}",\n`).join('')
  assert.equal(
    result,
    `{\n\t"acls": [\n\t\t{\n\t\t\t"src": [\n${lines}\t\t\t],\n\t\t\t"dst": ["*:22"],\n\t\t},\n\t],\n}`,
  )
})

test('line ends are those of the file', () => {
  const text = '{\r\n  "tagOwners": {\r\n    "tag:a": [],\r\n  },\r\n}\r\n'
  const added = edited(text, { kind: 'set', path: ['tagOwners', 'tag:b'], value: [] })
  assert.equal(added, '{\r\n  "tagOwners": {\r\n    "tag:a": [],\r\n    "tag:b": [],\r\n  },\r\n}\r\n')
  assert.equal(edited(added, { kind: 'remove', path: ['tagOwners', 'tag:b'] }), text)
})

for (const [name, text, edit, message] of [
  ['what is no HuJSON', '{"acls": [}', { kind: 'remove', path: ['acls'] }, 'expected a value, found "}"'],
  ['what is not there', '{"acls": []}', { kind: 'remove', path: ['acls', 0] }, 'nothing to edit at ["acls"][0]'],
  [
    'a list as an object',
    '{"acls": []}',
    { kind: 'set', path: ['acls', 'x'], value: 1 },
    'nothing to edit at ["acls"]',
  ],
  ['an object as a list', '{"groups": {}}', { kind: 'append', path: ['groups'], value: 1 }, 'nothing to edit at'],
  ['a hole in a list', '{"acls": []}', { kind: 'set', path: ['acls', 3], value: {} }, 'nothing to edit at ["acls"][3]'],
  ['the whole policy taken out', '{}', { kind: 'remove', path: [] }, 'the whole policy cannot be removed'],
] as const) {
  test(`refuses to edit ${name}`, () => {
    const result = editPolicyText(text, edit)
    assert.ok(!result.ok)
    assert.ok(result.message.includes(message), result.message)
  })
}

test('an edit of the text is the same edit of its meaning, and comments stay', () => {
  fc.assert(
    fc.property(arbitraryPolicySource(), fc.infiniteStream(fc.nat({ max: 99 })), (source, stream) => {
      const random = (max: number): number => (stream.next().value ?? 0) % max
      const value = JSON.parse(JSON.stringify(source)) as JsonValue
      const text = scatter(value, random)
      const edit = randomEdit(value, random)
      const result = editPolicyText(text, edit)
      assert.ok(result.ok, result.ok ? '' : result.message)
      assert.deepEqual(read(result.text), applied(value, edit), `${text}\n----\n${result.text}`)
      assert.deepEqual(replay(text, result.changes), result.text)
      const target = spanOf(text, edit)
      for (const { comment, at } of comments(text)) {
        const within = target !== undefined && target.start < at && at < target.end
        assert.ok(within || result.text.includes(comment), `${comment} is lost:\n${text}\n----\n${result.text}`)
      }
      for (const { offset, removed } of result.changes) {
        const gone = text.slice(offset, offset + removed)
        if (edit.kind === 'append') assert.match(gone, /^\s*$/)
      }
    }),
    { numRuns: 1000 },
  )
})

test('an edited policy reads as one', () => {
  const text = edited(POLICY, { kind: 'append', path: ['acls', 1, 'src'], value: 'group:ops' })
  assert.deepEqual(
    policyOf(text).rules.map((rule) => rule.sources.map((selector) => selector.text)),
    [['group:dba'], ['group:dba', 'group:ops']],
  )
})

test('10,000 rules are edited within a second', () => {
  const rule = '    { "action": "accept", "src": ["group:dba"], "dst": ["10.0.0.5:22"] }, // one of many\n'
  const text = `{\n  "groups": { "group:dba": [] },\n  "acls": [\n${rule.repeat(10_000)}  ],\n}\n`
  const started = performance.now()
  const value = { action: 'accept', src: ['*'], dst: ['*:80'] }
  assert.equal(edited(text, { kind: 'append', path: ['acls'], value }).length, text.length + 59)
  assert.ok(performance.now() - started < 1000)
})

function read(text: string): JsonValue {
  const tree = parseHujson(text)
  assert.ok(tree.ok, tree.ok ? '' : `${tree.problems[0]?.message}: ${text}`)
  return jsonValue(tree.root)
}

type Random = (max: number) => number

/** A value as somebody untidy would write it; every comment has a number of its own. */
function scatter(value: JsonValue, random: Random): string {
  let count = 0
  const lineEnd = ['\n', '\r\n'][random(2)] ?? '\n'
  const gap = (): string => {
    switch (random(12)) {
      case 0:
        return `/*c${count++}.*/`
      case 1:
        return ` // c${count++}.${lineEnd}`
      case 2:
        return ` /* c${count++}.${lineEnd}   */ `
      case 3:
        return `${lineEnd}  // c${count++}.${lineEnd}    `
      case 4:
      case 5:
        return `${lineEnd}${' '.repeat(random(5))}`
      case 6:
      case 7:
        return ' '
      default:
        return ''
    }
  }
  const write = (item: JsonValue): string => {
    if (typeof item !== 'object' || item === null) return JSON.stringify(item)
    const parts = Array.isArray(item)
      ? item.map((part) => write(part))
      : Object.entries(item).map(([key, part]) => `${JSON.stringify(key)}${gap()}:${gap()}${write(part)}`)
    const [open, close] = Array.isArray(item) ? ['[', ']'] : ['{', '}']
    const last = parts.length - 1
    const lines = parts.map((part, at) => `${gap()}${part}${gap()}${at < last || random(2) === 0 ? ',' : ''}${gap()}`)
    return `${open}${lines.join('')}${gap()}${close}`
  }
  return `${gap()}${write(value)}${gap()}`
}

function randomEdit(value: JsonValue, random: Random): PolicyEdit {
  const path: (string | number)[] = []
  let at: JsonValue = value
  while (typeof at === 'object' && at !== null) {
    const keys: readonly (string | number)[] = Array.isArray(at) ? [...at.keys()] : Object.keys(at)
    const key = keys[random(Math.max(1, keys.length))]
    if (key === undefined || (path.length > 0 && random(4) === 0)) break
    path.push(key)
    at = (at as Record<string, JsonValue>)[key] ?? null
  }
  const added: JsonValue = [{ 'new': ['x'] }, 'new', 7, ['new']][random(4)] ?? null
  if (Array.isArray(at)) {
    if (random(3) === 0) return { kind: 'set', path: [...path, at.length], value: added }
    return { kind: 'append', path, value: added }
  }
  if (typeof at === 'object' && at !== null && random(2) === 0) {
    if (random(3) === 0) return { kind: 'append', path: [...path, 'added', 'list'], value: added }
    return { kind: 'set', path: [...path, 'added'], value: added }
  }
  return path.length > 0 && random(2) === 0 ? { kind: 'remove', path } : { kind: 'set', path, value: added }
}

/** The edit, made on the value itself. */
function applied(value: JsonValue, { path, ...edit }: PolicyEdit): JsonValue {
  const [step, ...rest] = path
  if (step === undefined) {
    if (edit.kind === 'append') return [...((value ?? []) as readonly JsonValue[]), edit.value]
    return edit.kind === 'set' ? edit.value : null
  }
  const isRemoval = edit.kind === 'remove' && rest.length === 0
  if (Array.isArray(value) || typeof step === 'number') {
    const list = [...((value ?? []) as readonly JsonValue[])]
    if (isRemoval) list.splice(Number(step), 1)
    else list[Number(step)] = applied(list[Number(step)] ?? null, { ...edit, path: rest })
    return list
  }
  const entries = Object.entries(value ?? {}) as [string, JsonValue][]
  const known = entries.find(([key]) => key === step)
  if (isRemoval) return Object.fromEntries(entries.filter(([key]) => key !== step))
  const changed = applied(known?.[1] ?? null, { ...edit, path: rest })
  if (known === undefined) return Object.fromEntries([...entries, [step, changed]])
  return Object.fromEntries(entries.map(([key, item]) => [key, key === step ? changed : item]))
}

function replay(text: string, changes: readonly { offset: number; removed: number; inserted: string }[]): string {
  let result = text
  for (const { offset, removed, inserted } of changes.toReversed()) {
    result = result.slice(0, offset) + inserted + result.slice(offset + removed)
  }
  return result
}

/** What goes with the value that is removed or replaced. */
function spanOf(
  text: string,
  { kind, path }: PolicyEdit,
): { readonly start: number; readonly end: number } | undefined {
  if (kind === 'append') return undefined
  const tree = parseHujson(text)
  assert.ok(tree.ok)
  let node = tree.root
  let start = node.offset
  for (const step of path satisfies EditPath) {
    if (node.kind === 'object') {
      const entry = node.entries.find(({ key }) => key === step)
      if (entry === undefined) return undefined
      start = kind === 'remove' ? entry.keyOffset : entry.value.offset
      node = entry.value
    } else if (node.kind === 'array') {
      const item = node.items[Number(step)]
      if (item === undefined) return undefined
      start = item.offset
      node = item
    }
  }
  return { start, end: node.end }
}

function comments(text: string): readonly { readonly comment: string; readonly at: number }[] {
  return [...text.matchAll(/\bc\d+\./g)].map((match) => ({ comment: match[0], at: match.index }))
}
