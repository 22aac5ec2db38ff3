import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort, GatewayProcess, runCommand } from '@sallyport/testkit'
import { ROOT } from './script-place.ts'

const TIMEOUT_MS = 400_000
const DOCUMENT = readFileSync(join(ROOT, 'docs/operate.md'), 'utf8')

/** The commands that a section of the document has in its `sh` block. */
function commandsOf(section: string): string {
  const [, text = ''] = DOCUMENT.split(`\n## ${section}\n`)
  const [, commands] = /^```sh\n([\s\S]*?)^```$/m.exec(text.split('\n## ')[0] ?? '') ?? []
  assert.ok(commands !== undefined, section)
  return commands
}

test('a copy made as docs/operate.md says, of a gateway that runs, is a gateway when it is put back', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  if ((await runCommand('sqlite3', ['--version']).catch(() => undefined))?.status !== 0) return t.skip('needs sqlite3')
  await using gateway = await GatewayProcess.start({ httpsPort: await freePort() })
  const state = gateway.directory.file('state')
  const backups = gateway.directory.file('backups')
  const run = async (commands: string) => {
    const here = commands
      .replaceAll('/var/lib/sallyport', state)
      .replaceAll('/var/backups/sallyport', backups)
      .replaceAll('2026-01-31', () => readdirSync(backups)[0] ?? '')
    const { status, stderr } = await runCommand('sh', ['-eu'], { input: here })
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
  }
  await gateway.ok('user', 'add', 'alice')
  await gateway.ok('target', 'add', 'db1', '192.0.2.1')
  await run(commandsOf('Backup'))
  await gateway.ok('user', 'add', 'bob')
  const key = (await gateway.ok('host-key', 'ls', '--json')).trim()

  await gateway.kill('SIGKILL')
  rmSync(state, { recursive: true })
  mkdirSync(state)
  await run(commandsOf('Restore'))
  await gateway.restart()
  const users = JSON.parse(await gateway.ok('user', 'ls', '--json=name')) as readonly { readonly name: string }[]
  assert.ok(users.some(({ name }) => name === 'alice') && !users.some(({ name }) => name === 'bob'))
  assert.match(await gateway.ok('target', 'ls'), /^db1 /m)
  assert.match(await gateway.ok('audit', 'verify'), /^✓ \d+ entries in one unbroken chain/)
  assert.equal((await gateway.ok('host-key', 'ls', '--json')).trim(), key)
  return undefined
})
