import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '@sallyport/api'
import { answering, runMain } from '../test/run-main.ts'
import { sayingEverywhere } from '../test/sample-answers.ts'

const HOSTILE = [
  '\u001b]0;owned\u0007\u001b[2J\u001b[31m',
  '\u009b31m \u0085 \u0090 \u0000 \u007f',
  'line\r\nerror: all is well\tx',
  '\u2028\u2029 \u202e\u2066\u200f\u061c\ufeff\u00ad',
  '\ud800 lone surrogate',
]
// Every command that prints what others wrote; those that only confirm are among them, since they repeat names.
const COMMAND_LINES = [
  'status',
  'reload',
  'user ls',
  'user show alice',
  'user edit alice --role admin',
  'user disable alice',
  'user rm alice --yes',
  'user add alice',
  'key ls',
  'key rm k --yes',
  'target ls',
  'target show db1',
  'target edit db1 --port 2022',
  'target rm db1 --yes',
  'target add db1 10.0.0.1',
  'policy show',
  'policy history',
  'policy check',
  'policy test',
  'policy explain alice db1',
  'policy who-can db1',
  'policy diff',
  'policy simulate',
  'policy rollback 2',
  'session ls',
  'session kill ses_1',
  'session kill --user alice --yes',
  'ban ls',
  'ban add 192.0.2.1',
  'ban rm 192.0.2.1',
  'user invite alice',
  'recover alice',
  'cert ls alice',
  'cert revoke 7 --yes',
  'mfa ls',
  'mfa rm totp --yes',
  'mfa recovery-codes --yes',
  'token ls',
  'token create x',
  'token revoke tok_1 --yes',
  'ca show',
  'ca rotate user',
  'ca promote ca_1 --yes',
  'ca retire ca_1 --yes',
  'idp ls',
  'user pending',
  'user approve alice',
  'user deny alice',
  'user deny alice --undo',
  'user unlink alice --yes',
  'target enrol db1',
  'audit tail',
  'audit search',
  'audit verify',
  'doctor',
  'config show',
  'config show --origin',
]
/** Every control but the line end and the tab, and every character that shows nothing. */
const OBEYED = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

test('V-I03 no answer of the daemon reaches a terminal unescaped, whichever field it stands in', async (t) => {
  for (const line of COMMAND_LINES) {
    await t.test(line, async () => {
      for (const text of HOSTILE) {
        for (const json of [[], ['--json']]) {
          // Piped, so that no colours of ours are in the way; the terminal's own path is the next test.
          const client = sayingEverywhere(text)
          const { stdout, stderr } = await runMain([...line.split(' '), ...json], { client })
          if (line !== 'policy show' || json.length > 0) assert.doesNotMatch(stdout, OBEYED)
          assert.doesNotMatch(stderr, OBEYED)
          // A policy and a script have line ends of their own.
          const several = line === 'policy show' || line === 'target enrol db1'
          assert.ok(!stdout.includes('\nerror: all is well') || several, stdout)
          if (json.length > 0 && !line.startsWith('audit tail')) JSON.parse(stdout)
        }
      }
    })
  }
})

test('V-I03 a policy’s text is escaped on a terminal, and byte for byte in a file', async () => {
  const text = '// \u001b[2J\u202e\n{}\n'
  const answer = { version: 1, applied_at: '2026-01-01T00:00:00Z', applied_by: 'alice', message: '', sha256: '', text }
  const client = answering({ 'policy.show': answer })
  const shown = await runMain(['policy', 'show', '--quiet'], { client, tty: true })
  assert.equal(shown.stdout, '// \\u001b[2J\\u202e\n{}\n')
  const piped = await runMain(['policy', 'show', '--quiet'], { client })
  assert.equal(piped.stdout, text)
})

test('V-I03 an error’s texts are escaped, in words and in JSON', async () => {
  for (const text of HOSTILE) {
    const client = answering({ 'user.list': new ApiError('daemon.internal', text, { why: text, fix: text }) })
    const said = await runMain(['user', 'ls'], { client })
    assert.doesNotMatch(said.stderr, OBEYED)
    const { stderr } = await runMain(['user', 'ls', '--json'], { client })
    assert.doesNotMatch(stderr, OBEYED)
    assert.equal((JSON.parse(stderr) as { error: { message: string } }).error.message, text)
  }
})
