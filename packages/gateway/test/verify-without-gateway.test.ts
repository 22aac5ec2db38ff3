/** `sallyport audit verify` where the gateway does not run, or would not start. */
import assert from 'node:assert/strict'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runCommand } from '@sallyport/testkit'
import { TestGateway } from './test-gateway.ts'

const COMMAND = fileURLToPath(new URL('../../cli/bin/sallyport.js', import.meta.url))

test('an audit log that keeps the gateway from starting is verified by the command that the error names', async () => {
  await using gate = await TestGateway.start()
  const verify = async () => {
    const args = ['audit', 'verify', '--json', '--state', gate.stateDirectory]
    const { status, stdout, stderr } = await runCommand(process.execPath, [COMMAND, ...args])
    assert.notEqual(stdout.toString(), '', stderr)
    return { status, ...(JSON.parse(stdout.toString()) as { ok: boolean; problem: object | null; public_key: string }) }
  }
  const running = await verify()
  assert.deepEqual([running.status, running.ok], [0, true])
  await gate.gateway.stop({ drainMs: 0 })
  const stopped = await verify()
  assert.deepEqual([stopped.status, stopped.ok, stopped.public_key], [0, true, running.public_key])

  const database = new DatabaseSync(join(gate.stateDirectory, 'sallyport.db'))
  const last = Number(database.prepare('select max(seq) as seq from audit_entries').get()?.['seq'])
  database.prepare('update audit_entries set line = replace(line, ?, ?) where seq = ?').run('"seq"', '"sex"', last)
  database.close()
  await assert.rejects(gate.restart(), (error: { fix: string }) => /sallyport audit verify/.test(error.fix))
  const broken = await verify()
  assert.deepEqual([broken.status, broken.ok], [3, false])
  assert.deepEqual(broken.problem, {
    sequence: last,
    kind: 'entry-altered',
    message: `entry ${last} is not what was written: its hash differs`,
  })
  rmSync(join(gate.stateDirectory, 'sallyport.db'))
  const none = await runCommand(process.execPath, [COMMAND, 'audit', 'verify', '--state', gate.stateDirectory])
  assert.equal(none.status, 7)
  assert.ok(!existsSync(join(gate.stateDirectory, 'sallyport.db')), 'nothing is made where nothing was')
})
