import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTurn } from './in-turn.ts'

test('what is asked for meanwhile waits, also behind what fails', async () => {
  const next = inTurn()
  const order: string[] = []
  const first = Promise.withResolvers<void>()
  const one = next(async () => {
    order.push('one begins')
    await first.promise
    order.push('one fails')
    throw new Error('one')
  })
  const two = next(() => order.push('two'))
  const three = next(() => order.push('three'))
  first.resolve()
  await assert.rejects(one, /one/)
  assert.deepEqual([await two, await three], [3, 4])
  assert.deepEqual(order, ['one begins', 'one fails', 'two', 'three'])
})
