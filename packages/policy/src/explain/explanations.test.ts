import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { DECISION_CODES, type NodeQuery, type Query } from '../decide/decide.ts'
import type { Directory } from '../decide/directory.ts'
import { AUTOGROUPS } from '../language/policy.ts'
import { compileText, DIRECTORY } from '../testing/compile-text.ts'
import { explain } from './explain.ts'
import { renderExplanation } from './render-explanation.ts'
import { CONDITIONS } from './rule-misses.ts'

/**
 * Cases as `=== name`, the policy, `? query`, and the text that comes out. Several queries may follow one policy.
 * With SALLYPORT_GOLDEN=write the texts are made again: read the difference before it is kept.
 */
const FILE = new URL('explanations.golden.txt', import.meta.url)

/** The people and targets of the other tests, and four machines of a mesh. */
const NODE = { announcedRoutes: [], approvedRoutes: [], online: true }
const GOLDEN_DIRECTORY: Directory = {
  ...DIRECTORY,
  nodes: [
    { ...NODE, id: 1, name: 'bobs-laptop', user: 'bob@example.com', tags: [], addresses: ['100.64.0.1'] },
    { ...NODE, id: 2, name: 'eves-phone', user: 'eve@example.org', tags: [], addresses: ['100.64.0.2'] },
    { ...NODE, id: 3, name: 'runner', tags: ['tag:ci'], addresses: ['100.64.0.3'] },
    {
      ...NODE,
      id: 4,
      name: 'router',
      tags: ['tag:ci'],
      addresses: ['100.64.0.4'],
      announcedRoutes: ['10.9.0.0/16'],
      approvedRoutes: ['10.9.0.0/16'],
    },
  ],
}

interface Case {
  readonly name: string
  readonly policy: string
  readonly questions: readonly { readonly asked: string; readonly text: string }[]
}

const text = readFileSync(FILE, 'utf8')
const cases = text.split(/^=== /m).slice(1).map(readCase)

for (const { name, policy, questions } of cases) {
  for (const { asked, text: expected } of questions) {
    test(`explains: ${name}: ${asked}`, () => {
      if (process.env['SALLYPORT_GOLDEN'] !== 'write') assert.equal(answer(policy, asked), expected)
    })
  }
}

if (process.env['SALLYPORT_GOLDEN'] === 'write') {
  const made = cases.map(
    ({ name, policy, questions }) =>
      `=== ${name}\n${policy}${questions.map(({ asked }) => `? ${asked}\n${answer(policy, asked)}`).join('')}`,
  )
  writeFileSync(FILE, made.join(''))
}

test('the explanations cover every code of a decision, every condition, autogroup and kind of selector', () => {
  for (const code of DECISION_CODES) assert.ok(text.includes(`[${code}]`), code)
  for (const condition of CONDITIONS) assert.ok(text.includes(`  ${condition}: `), condition)
  for (const autogroup of AUTOGROUPS) assert.ok(text.includes(`"${autogroup}`), autogroup)
  for (const kind of ['user:*@', 'group:', 'tag:', 'ipset:', 'svc:', '"*', '"office'])
    assert.ok(text.includes(kind), kind)
})

function readCase(part: string): Case {
  const [head = '', ...asked] = part.split(/^\? /m)
  const end = head.indexOf('\n')
  return {
    name: head.slice(0, end),
    policy: head.slice(end + 1),
    questions: asked.map((question) => {
      const lineEnd = question.indexOf('\n')
      return { asked: question.slice(0, lineEnd), text: question.slice(lineEnd + 1) }
    }),
  }
}

function answer(policy: string, asked: string): string {
  return renderExplanation(explain(compileText(policy, GOLDEN_DIRECTORY), queryOf(asked)))
}

/** `bob@example.com 10.0.0.5 22 udp from=192.0.2.7 tags=tag:db node:os=linux custom:tier=3`; `#3` is a machine of the mesh. */
function queryOf(asked: string): Query | NodeQuery {
  const [name = '', address = '', port, ...more] = asked.split(' ')
  if (name.startsWith('#')) {
    const query = { node: Number(name.slice(1)), destination: { address, port: Number(port) } }
    return more[0] === undefined ? query : { ...query, source: more[0].slice('from='.length) }
  }
  const attributes: Record<string, string | number | boolean> = {}
  let query: Query = { user: { name }, destination: { address, port: Number(port) } }
  for (const word of more) {
    const [key = '', value = ''] = word.split('=')
    if (word === 'udp' || word === 'sctp') query = { ...query, destination: { ...query.destination, protocol: word } }
    else if (key === 'from') query = { ...query, source: value }
    else if (key === 'tags') query = { ...query, destination: { ...query.destination, tags: value.split(',') } }
    else attributes[key] = /^\d+$/.test(value) ? Number(value) : value
  }
  return Object.keys(attributes).length === 0 ? query : { ...query, attributes }
}
