import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import {
  AuditError,
  AuditLog,
  checkpointSigner,
  generateCheckpointKey,
  type VerifyReport,
  verifyExport,
  verifyLog,
} from '@sallyport/audit'
import { LineFile, openStore } from '@sallyport/store'
import { granted, openStoredLog } from './stored-log.ts'

const ENTRIES = 40

/** A closed log of some entries, and what its verifier says after somebody changed the database file behind its back. */
async function tampered(t: TestContext, ...statements: string[]): Promise<VerifyReport> {
  const { directory, signer } = await closedLog(t)
  const db = new DatabaseSync(join(directory, 'sallyport.sqlite'))
  for (const statement of statements) assert.ok(db.prepare(statement).run().changes > 0)
  db.close()
  await using store = await openStore({ path: join(directory, 'sallyport.sqlite'), reserveBytes: 0 })
  await using anchor = await LineFile.open(join(directory, 'audit-checkpoints'))
  // Not by a log, whose opening would find some of this already.
  return await verifyLog({
    entries: store.auditEntries,
    checkpoints: store.auditCheckpoints,
    anchor,
    keys: [signer.publicKey],
  })
}

async function closedLog(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-tampering-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const signer = checkpointSigner(generateCheckpointKey())
  await using stored = await openStoredLog(directory, signer)
  for (let i = 0; i < ENTRIES; i++) await stored.log.append(granted(i))
  return { directory, signer }
}

suite('tampering with the database file', () => {
  test('V-I07 nothing changed: no fault', async (t) => {
    const { directory, signer } = await closedLog(t)
    await using stored = await openStoredLog(directory, signer)
    const report = await stored.log.verify()
    assert.deepEqual([report.faults, report.entries, report.vouchedTo], [[], ENTRIES, ENTRIES])
  })

  const cases = [
    {
      name: 'edit',
      sql: ["update audit_entries set line = replace(line, 'alice', 'mallo') where seq = 17"],
      seq: 17,
      code: 'entry-altered',
    },
    {
      name: 'edit of the index alone',
      sql: ["update audit_entries set actor = 'x' where seq = 17"],
      seq: 17,
      code: 'index-altered',
    },
    { name: 'deletion', sql: ['delete from audit_entries where seq = 17'], seq: 17, code: 'entry-missing' },
    {
      name: 'reorder',
      sql: [
        'update audit_entries set seq = -1 where seq = 17',
        'update audit_entries set seq = 17 where seq = 18',
        'update audit_entries set seq = 18 where seq = -1',
      ],
      seq: 17,
      code: 'entry-moved',
    },
    {
      name: 'duplicate at the end',
      sql: [
        `insert into audit_entries select ${ENTRIES + 1}, time, type, actor, session, source, target, line, hash from audit_entries where seq = 17`,
      ],
      seq: ENTRIES + 1,
      code: 'entry-moved',
    },
    {
      name: 'entry before the first',
      sql: [
        'insert into audit_entries select 0, time, type, actor, session, source, target, line, hash from audit_entries where seq = 1',
      ],
      seq: 0,
      code: 'entry-moved',
    },
    { name: 'lost tail', sql: ['delete from audit_entries where seq > 30'], seq: 31, code: 'tail-lost' },
    {
      name: 'lost tail with its checkpoints in the database',
      sql: ['delete from audit_entries where seq > 30', 'delete from audit_checkpoints'],
      seq: 31,
      code: 'tail-lost',
    },
    {
      name: 'everything lost',
      sql: ['delete from audit_entries', 'delete from audit_checkpoints'],
      seq: 1,
      code: 'tail-lost',
    },
    {
      name: 'forged checkpoint',
      sql: [`update audit_checkpoints set line = replace(line, '"seq":${ENTRIES}', '"seq":${ENTRIES + 1}')`],
      seq: ENTRIES + 1,
      code: 'checkpoint-forged',
    },
  ]
  for (const { name, sql, seq, code } of cases) {
    test(`V-I07 ${name}: found, and the entry named`, async (t) => {
      const [fault] = (await tampered(t, ...sql)).faults
      assert.deepEqual(fault && { code: fault.code, seq: fault.seq }, { code, seq })
    })
  }

  test('V-I07 an old copy of the database put back: the log is not opened, and opens when an operator accepts it', async (t) => {
    const { directory, signer } = await closedLog(t)
    const database = join(directory, 'sallyport.sqlite')
    cpSync(database, `${database}.backup`)
    {
      await using stored = await openStoredLog(directory, signer)
      for (let i = 0; i < 10; i++) await stored.log.append(granted(i))
    }
    cpSync(`${database}.backup`, database)
    await using store = await openStore({ path: database, reserveBytes: 0 })
    await using anchor = await LineFile.open(join(directory, 'audit-checkpoints'))
    const options = { entries: store.auditEntries, checkpoints: store.auditCheckpoints, anchor, signer }
    await assert.rejects(
      AuditLog.open(options),
      (error) => error instanceof AuditError && error.code === 'log-behind-checkpoint',
    )
    const log = await AuditLog.open({ ...options, acceptRollback: '@local:root' })
    const report = await log.verify()
    assert.deepEqual([report.faults, report.notes.map(({ code }) => code)], [[], ['rollback-accepted']])
    const offline = await verifyExport(log.export(), { keys: [signer.publicKey], anchor: anchor.lines() })
    assert.deepEqual([offline.faults, offline.entries], [[], ENTRIES + 1])
    await log.close()
  })
})
