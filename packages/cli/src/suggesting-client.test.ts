import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '@sallyport/api'
import { answering, runMain } from '../test/run-main.ts'
import { nearestName } from './nearest-name.ts'

test('a slip of the finger finds the name that was meant', () => {
  const names = ['alice', 'bob', 'alice@example.com', 'db1']
  const table: [string, string | undefined][] = [
    ['alise', 'alice'],
    ['ailce', 'alice'],
    ['Alice', 'alice'],
    ['alicee', 'alice'],
    ['alice@exmaple.com', 'alice@example.com'],
    ['bo', 'bob'],
    ['db2', 'db1'],
    ['carol', undefined],
    ['x', undefined],
    ['', undefined],
  ]
  for (const [typed, nearest] of table) assert.equal(nearestName(typed, names), nearest, typed)
})

test('who is not found is asked about by the nearest name', async () => {
  const missing = new ApiError('user.not-found', 'there is no user “alise”', { fix: 'sallyport user ls' })
  const client = answering({ 'user.show': missing, 'user.list': { users: [{ name: 'alice' }] } })
  const { status, stderr } = await runMain(['user', 'show', 'alise'], { client })
  assert.equal(status, 6)
  assert.match(
    stderr,
    /^error: there is no user “alise”.*\n {2}fix {3}did you mean “alice”\? see: sallyport user ls\n$/,
  )
})

test('where the names cannot be had, the error stays as it is', async () => {
  const missing = new ApiError('target.not-found', 'there is no target “db2”')
  const client = answering({ 'target.show': missing, 'target.list': new Error('gone') })
  const { stderr } = await runMain(['target', 'show', 'db2'], { client })
  assert.equal(stderr, 'error: there is no target “db2”  [SP1201 target.not-found]\n')
})
