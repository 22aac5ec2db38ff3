import assert from 'node:assert/strict'
import { suite } from 'node:test'
import { type SettingKey } from '@sallyport/store'
import type { Given } from './given-store.ts'

export function settingsContract(given: Given): void {
  void suite('settings', () => {
    const count: SettingKey<number> = {
      name: 'count',
      parse: (json) => {
        if (typeof json !== 'number') throw new TypeError('not a number')
        return json
      },
    }

    given('a value is read back through its key', async ({ settings }) => {
      assert.equal(await settings.get(count), undefined)
      await settings.set(count, 1)
      await settings.set(count, 2)
      assert.equal(await settings.get(count), 2)
      assert.equal(await settings.remove(count), true)
      assert.equal(await settings.remove(count), false)
    })

    given('a value that is not of the kind is not returned', async ({ settings }) => {
      await settings.set<unknown>({ name: 'count', parse: (json) => json }, 'two')
      await assert.rejects(settings.get(count), TypeError)
    })
  })
}
