import assert from 'node:assert/strict'
import { suite } from 'node:test'
import type { Given } from './given-store.ts'

export function policyVersionsContract(given: Given): void {
  void suite('policies', () => {
    given('the newest version is in force, the others are kept', async ({ policyVersions }, { clock }) => {
      assert.equal(await policyVersions.current(), undefined)
      const first = await policyVersions.add({ text: '{}', author: 'alice', message: 'begin' })
      assert.deepEqual(first, {
        version: 1,
        text: '{}',
        sha256: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
        author: 'alice',
        message: 'begin',
        appliedAt: clock.time,
      })
      const second = await policyVersions.add({ text: '{ }', author: 'bob' })
      assert.deepEqual(await policyVersions.current(), second)
      assert.deepEqual(await policyVersions.get(1), first)
      assert.deepEqual(
        (await policyVersions.list()).map((entry) => ('text' in entry ? 'with its text' : entry.version)),
        [2, 1],
      )
    })
  })
}
