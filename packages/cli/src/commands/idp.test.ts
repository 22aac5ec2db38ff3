import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '@sallyport/api'
import { answering, runMain } from '../../test/run-main.ts'

test('what a provider that is tested lacks is shown as it is on a terminal, and not at all with --quiet', async () => {
  const client = answering({ 'daemon.config': new ApiError('daemon.unreachable', 'nothing runs') })
  const add = ['idp', 'add', 'work', '--issuer', 'https://127.0.0.1:1', '--client-id', 'x']
  const shown = await runMain(add, { client, tty: true })
  assert.match(shown.stderr, /✗.*\n  fix   /)
  // Escapes of our own colours would be shown as text.
  assert.doesNotMatch(shown.stderr, /\\u001b/)
  const quiet = await runMain([...add, '--quiet'], { client, tty: true })
  assert.doesNotMatch(quiet.stderr, /✗.*\n  fix   /)
  assert.match(quiet.stderr, /was not added/)
})
