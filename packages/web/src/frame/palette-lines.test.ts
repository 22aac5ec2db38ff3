import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Approval, ReachableTarget } from '@sallyport/api'
import { paths } from '../paths.ts'
import { paletteGroups } from './palette-lines.ts'
import { PLACES } from './places.ts'

const target = (name: string) => ({ name }) as ReachableTarget
const facts = {
  role: 'member',
  targets: ['db-1', 'db-2', 'web-1', 'web-2', 'web-3', 'web-4', 'web-5'].map(target),
  waiting: [{ code: 'K7QP-3MXD', source: '203.0.113.24' } as Approval],
  command: ({ name }: ReachableTarget) => `ssh -J gate ${name}`,
} as const

const offered = (typed: string, role: 'member' | 'admin' = 'member') =>
  paletteGroups({ ...facts, role }, (name) => name.toLowerCase().includes(typed), typed !== '').map(
    ({ name, lines }) => [name, lines.map((line) => line.name)] as const,
  )

test('the palette answers, connects, goes and does, in that order, and offers what the person may', () => {
  const all = offered('')
  assert.deepEqual(
    all.map(([name]) => name),
    ['Waiting for you', 'Connect', 'Go to', 'Do'],
  )
  assert.equal(all[1]?.[1].length, 6, 'the others are a letter away')
  assert.ok(!all[2]?.[1].includes('Policy'))
  assert.ok(offered('', 'admin').some(([, names]) => names.includes('Policy')))
})

test('few targets that fit are offered to other programs as well', () => {
  assert.deepEqual(offered('db-'), [
    ['Connect', ['Connect to db-1', 'Connect to db-2', 'How to reach db-1', 'How to reach db-2']],
  ])
  assert.deepEqual(offered('web')[0]?.[1].length, 5, 'more than a few are not')
  assert.deepEqual(offered('how to reach web-3'), [['Connect', ['How to reach web-3']]])
})

test('every page of the frame is a place that rail or palette lead to', () => {
  const routes = readFileSync(new URL('../routes.tsx', import.meta.url), 'utf8')
  const asked = [...routes.matchAll(/lazyRouteComponent\(\(\) => import\('\.\/rooms\/(\w+)/g)].length
  assert.ok(asked > 10)
  // Doors and pages that ask one thing are come to by a link of their own, pages with a name by their list.
  const elsewhere = new Set<string>([paths.signIn, paths.command])
  const own = Object.values(paths).filter((path) => !path.includes('$') && !elsewhere.has(path))
  const led = PLACES.flatMap(({ places }) => places.map(({ path }) => path))
  assert.deepEqual(own.toSorted(), led.toSorted())
})
