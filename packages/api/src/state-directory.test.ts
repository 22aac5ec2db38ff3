import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stateDirectory } from './state-directory.ts'

test('the state directory comes from the flag, the environment, or who starts it', () => {
  const home = '/home/alice'
  const at = (flag: string | undefined, environment: Record<string, string>, uid: number) =>
    stateDirectory({ flag, environment, uid, home })
  assert.equal(at('/a', { SALLYPORT_STATE: '/b' }, 0), '/a')
  assert.equal(at(undefined, { SALLYPORT_STATE: '/b' }, 0), '/b')
  assert.equal(at(undefined, {}, 0), '/var/lib/sallyport')
  assert.equal(at(undefined, {}, 1000), '/home/alice/.local/state/sallyport')
  assert.equal(at(undefined, { XDG_STATE_HOME: '/x' }, 1000), '/x/sallyport')
  assert.equal(at(undefined, { XDG_STATE_HOME: 'relative' }, 1000), '/home/alice/.local/state/sallyport')
})
