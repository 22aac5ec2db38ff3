import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuditError } from '@sallyport/audit'
import { StoreError } from '@sallyport/store'
import { GatewayError } from '../gateway-error.ts'
import { explained } from './start-failure.ts'

async function toldOf(thrown: unknown): Promise<GatewayError> {
  try {
    await explained('/state', () => Promise.reject(thrown as Error))
  } catch (error) {
    assert.ok(error instanceof GatewayError)
    return error
  }
  return assert.fail('nothing was thrown')
}

const full = new AuditError('disk-full', 'no space is left for the audit log', {
  cause: new StoreError('disk-full', 'no space is left for the database', { hint: 'free space' }),
})

test('a full disk at the start is told with what to do, also when clearing up fails after it', async () => {
  for (const thrown of [full, new SuppressedError(new Error('again'), full)]) {
    const told = await toldOf(thrown)
    assert.equal(told.reason, 'audit.unusable')
    assert.equal(told.message, 'no space is left for the audit log')
    assert.equal(told.fix, 'free space')
  }
})

test('a file that cannot be written at the start is told with the directory and what to do', async () => {
  const told = await toldOf(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write' }))
  assert.equal(told.reason, 'state.unusable')
  assert.equal(told.message, '/state cannot be used')
  assert.equal(told.why, 'ENOSPC: no space left')
  assert.equal(told.fix, 'free space on its disk')
})

test('what is explained already, and mistakes of ours, stay as they are', async () => {
  const known = new GatewayError('state.locked', 'locked')
  assert.equal(await toldOf(known), known)
  await assert.rejects(
    explained('/state', () => Promise.reject(new TypeError('x'))),
    TypeError,
  )
})
