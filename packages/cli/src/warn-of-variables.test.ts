import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answering, runMain } from '../test/run-main.ts'

const run = (args: string, environment: Readonly<Record<string, string>>) =>
  runMain(args.split(' '), { environment, client: answering({ 'user.list': { users: [] } }) })

test('a variable that nothing reads is warned of once, beside the output', async () => {
  const { status, stdout, stderr } = await run('user ls --json', { SALLYPORT_SRVER: 'gw', 'SALLYPORT_\u001b[2J': '' })
  assert.equal(status, 0)
  assert.deepEqual(JSON.parse(stdout), [])
  assert.deepEqual(stderr.split('\n'), [
    'warning: nothing reads the environment variable SALLYPORT_?[2J; see sallyport help environment',
    'warning: nothing reads the environment variable SALLYPORT_SRVER; did you mean SALLYPORT_SERVER?',
    '',
  ])
})

test('what the gateway reads is nothing to warn of', async () => {
  const { stderr } = await run('user ls', { SALLYPORT_LISTEN_SSH: '0.0.0.0:2222', SALLYPORT_STATE: '/tmp', HOME: '/' })
  assert.doesNotMatch(stderr, /warning/)
})
