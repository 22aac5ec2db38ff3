/** The key that signs checkpoints of the audit log, lost or damaged. */
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runCommand } from '@sallyport/testkit'
import { TestGateway } from './test-gateway.ts'

const COMMAND = fileURLToPath(new URL('../../cli/bin/sallyport.js', import.meta.url))
const ACCEPT = { SALLYPORT_ACCEPT_AUDIT_ROLLBACK: 'yes' }

test('a key that was lost together with the tail of the log is replaced by one that the log tells of', async () => {
  await using gate = await TestGateway.start()
  const path = (name: string) => join(gate.stateDirectory, name)
  const former = (await gate.events('audit-key-created')).map(({ data }) => data['key'])
  await gate.gateway.stop({ drainMs: 0 })
  const old = readFileSync(path('sallyport.db'))
  await gate.restart()
  await gate.gateway.stop({ drainMs: 0 })
  writeFileSync(path('sallyport.db'), old)
  for (const suffix of ['-wal', '-shm']) rmSync(path(`sallyport.db${suffix}`), { force: true })
  rmSync(path('audit-key.pem'))
  await assert.rejects(gate.restart(), { reason: 'audit.unusable' })
  await gate.restart({}, ACCEPT)
  const created = await gate.events('audit-key-created')
  assert.equal(created.length, 2)
  assert.notEqual(created[1]?.data['key'], former[0])
  const { ok, covered } = await gate.api.call('audit.verify')
  assert.equal(ok, true)
  assert.ok((covered ?? 0) > 0)

  const lines: string[] = []
  for await (const { line } of gate.api.stream('audit.export')) lines.push(line)
  const file = gate.directory.file('audit.ndjson')
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
  const keys = created.map(({ data }) => `--public-key=${String(data['public_key'])}`)
  const verify = (given: readonly string[]) =>
    runCommand(process.execPath, [COMMAND, 'audit', 'verify', file, ...given])
  assert.equal((await verify(keys)).status, 0)
  assert.equal((await verify(keys.slice(1))).status, 3, 'checkpoints of a key that was not given count for nothing')
})

test('a damaged key is named, with what to do, and stays as it is', async () => {
  await using gate = await TestGateway.start()
  const path = join(gate.stateDirectory, 'audit-key.pem')
  const whole = readFileSync(path, 'utf8')
  await gate.gateway.stop({ drainMs: 0 })
  for (const text of ['', whole.slice(0, whole.length / 2), 'rubbish']) {
    writeFileSync(path, text)
    await assert.rejects(gate.restart(), (error: { reason: string; message: string; fix: string }) => {
      assert.equal(error.reason, 'audit.unusable')
      assert.ok(error.message.includes(path), error.message)
      assert.match(error.fix, /backup/)
      return true
    })
    assert.equal(readFileSync(path, 'utf8'), text)
  }
  writeFileSync(path, whole)
  await gate.restart()
})
