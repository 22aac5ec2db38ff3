import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MemoryLog, manualScheduler, sample } from '../test/memory-log.ts'
import { decodeCheckpoint } from './checkpoint.ts'
import { AuditError, type AuditErrorCode } from './errors.ts'
import type { AuditEvent } from './event.ts'
import { decodeLine } from './line.ts'
import { MAX_WAITING } from './log.ts'
import type { StoredEntry } from './ports.ts'
import { checkpointSigner, generateCheckpointKey } from './signer.ts'

const coded = (code: AuditErrorCode) => (error: unknown) => error instanceof AuditError && error.code === code
const stop: AuditEvent = { type: 'gateway-stopped', actor: '@gateway', reason: 'signal', uptimeMs: 1 }
const closed: AuditEvent = { type: 'connection-closed', actor: 'alice', reason: 'disconnected', durationMs: 1 }
const turn = () => new Promise((resolve) => setImmediate(resolve))

suite('appending', () => {
  test('resolves after the commit, with the place', async () => {
    const memory = new MemoryLog()
    const log = await memory.open({ scheduler: manualScheduler() })
    const appended = await log.append(sample(1))
    assert.deepEqual(appended, { seq: 1, time: memory.time })
    assert.equal(memory.entries.length, 1)
    assert.equal((await log.append(sample(2))).seq, 2)
  })

  test('events of the same turn are committed in one transaction, in order', async () => {
    const memory = new MemoryLog()
    const log = await memory.open({ scheduler: manualScheduler() })
    const places = await Promise.all(Array.from({ length: 50 }, (_, i) => log.append(sample(i))))
    assert.deepEqual(
      places.map(({ seq }) => seq),
      Array.from({ length: 50 }, (_, i) => i + 1),
    )
    assert.deepEqual(memory.transactions, [50])
  })

  test('what has happened already waits for the next decision, and stands before it', async () => {
    const memory = new MemoryLog()
    const scheduler = manualScheduler()
    const log = await memory.open({ scheduler })
    const over = log.append(closed)
    await turn()
    assert.deepEqual(memory.transactions, [])
    const decision = await log.append(sample(2))
    assert.equal((await over).seq, 1)
    assert.equal(decision.seq, 2)
    assert.deepEqual(memory.transactions, [2])
    assert.equal(scheduler.waiting, 1, 'the checkpoint alone')
  })

  test('what may wait does so for a moment only', async () => {
    const memory = new MemoryLog()
    const scheduler = manualScheduler()
    const log = await memory.open({ scheduler })
    const appended = [log.append(closed), log.append(closed)]
    assert.equal(scheduler.waiting, 1)
    scheduler.run()
    await Promise.all(appended)
    assert.deepEqual(memory.transactions, [2])
  })

  test('no more than one transaction waits', async () => {
    const memory = new MemoryLog()
    const log = await memory.open({ scheduler: manualScheduler() })
    await Promise.all(Array.from({ length: 500 }, () => log.append(closed)))
    assert.deepEqual(memory.transactions, [500])
  })

  test('who reads finds what was appended before, and so does a log that closes', async () => {
    const memory = new MemoryLog()
    const log = await memory.open({ scheduler: manualScheduler() })
    const first = log.append(closed)
    assert.equal((await log.search({})).entries.length, 1)
    const second = log.append(closed)
    assert.equal((await log.verify()).entries, 2)
    const last = log.append(closed)
    await log.close()
    await Promise.all([first, second, last])
    assert.equal(memory.entries.length, 3)
    assert.equal(memory.checkpoints.at(-1)?.seq, 3)
  })

  test('a flood is committed in bounded transactions', async () => {
    const memory = new MemoryLog()
    const log = await memory.open({ scheduler: manualScheduler() })
    await Promise.all(Array.from({ length: 1234 }, (_, i) => log.append(sample(i))))
    assert.deepEqual(memory.transactions, [500, 500, 234])
  })

  test('more than a bounded number waiting is refused, the others are written', async () => {
    const memory = new MemoryLog()
    const log = await memory.open({ scheduler: manualScheduler() })
    const waiting = Array.from({ length: MAX_WAITING }, (_, i) => log.append(sample(i)))
    await assert.rejects(log.append(sample(0)), coded('log-overloaded'))
    await Promise.all(waiting)
    assert.equal(memory.entries.length, MAX_WAITING)
  })

  test('an event that is none is refused alone', async () => {
    const memory = new MemoryLog()
    const log = await memory.open({ scheduler: manualScheduler() })
    const good = log.append(sample(1))
    await assert.rejects(log.append({ type: 'nonsense' } as never), coded('event-invalid'))
    await good
    assert.equal(memory.entries.length, 1)
  })

  test('a store that fails rejects everything it was to write, and the chain goes on without it', async () => {
    const memory = new MemoryLog()
    const log = await memory.open({ scheduler: manualScheduler() })
    await log.append(sample(1))
    memory.failures = [new Error('broken')]
    const results = await Promise.allSettled([log.append(sample(2)), log.append(sample(3))])
    for (const result of results) {
      assert.equal(result.status, 'rejected')
      assert.ok(coded('append-failed')(result.reason))
    }
    assert.equal((await log.append(sample(4))).seq, 2)
    assert.ok((await log.verify()).ok)
  })

  test('a full disk has its own code; ends of what was let through are tried again with the reserve', async () => {
    const memory = new MemoryLog()
    const log = await memory.open({ scheduler: manualScheduler() })
    memory.failures = [Object.assign(new Error('full'), { code: 'disk-full' })]
    const [refused, written] = await Promise.allSettled([log.append(sample(1)), log.append(stop)])
    assert.ok(refused.status === 'rejected' && coded('disk-full')(refused.reason))
    assert.equal(written.status, 'fulfilled')
    assert.deepEqual(
      memory.entries.map(({ type }) => type),
      ['gateway-stopped'],
    )
  })

  test('a closed log takes no more, and has written what waited', async () => {
    const memory = new MemoryLog()
    const log = await memory.open({ scheduler: manualScheduler() })
    const waiting = log.append(sample(1))
    await log.close()
    await waiting
    await assert.rejects(log.append(sample(2)), coded('log-closed'))
    assert.equal(decodeCheckpoint(memory.anchor.at(-1) ?? '').seq, 1)
  })

  test('two logs on one store make one chain', async () => {
    const memory = new MemoryLog()
    const [a, b] = await Promise.all([
      memory.open({ scheduler: manualScheduler() }),
      memory.open({ scheduler: manualScheduler() }),
    ])
    for (let i = 0; i < 20; i++) await Promise.all([a.append(sample(i)), b.append(sample(i))])
    assert.equal(memory.entries.length, 40)
    assert.ok((await a.verify()).ok)
  })
})

suite('checkpoints of a log', () => {
  test('one is due after so many entries, and lies in the store and outside', async () => {
    const memory = new MemoryLog()
    const log = await memory.open({ scheduler: manualScheduler(), checkpointEvery: 10 })
    for (let i = 0; i < 25; i++) await log.append(sample(i))
    await turn()
    assert.deepEqual(
      memory.anchor,
      memory.checkpoints.map(({ line }) => line),
    )
    assert.equal(memory.anchor.length, 2)
  })

  test('one is due after a time, once for all entries meanwhile, and none while nothing happens', async () => {
    const memory = new MemoryLog()
    const scheduler = manualScheduler()
    const log = await memory.open({ scheduler })
    assert.equal(scheduler.waiting, 0)
    await log.append(sample(1))
    await log.append(sample(2))
    assert.equal(scheduler.waiting, 1)
    scheduler.run()
    await log.checkpoint()
    assert.deepEqual(
      memory.anchor.map((line) => decodeCheckpoint(line).seq),
      [2],
    )
    assert.equal(scheduler.waiting, 0)
  })

  test('none is made twice over the same entry', async () => {
    const memory = new MemoryLog()
    const log = await memory.open({ scheduler: manualScheduler() })
    await log.append(sample(1))
    await Promise.all([log.checkpoint(), log.checkpoint()])
    await log.close()
    assert.equal(memory.anchor.length, 1)
  })

  test('none is signed over entries that were changed since the last one', async () => {
    const memory = new MemoryLog()
    const log = await memory.open({ scheduler: manualScheduler() })
    for (let i = 0; i < 3; i++) await log.append(sample(i))
    await log.checkpoint()
    for (let i = 0; i < 3; i++) await log.append(sample(i))
    const entry = memory.entries[4] as StoredEntry
    memory.entries[4] = { ...entry, line: entry.line.replace('ssh', 'rdp') }
    await assert.rejects(log.checkpoint(), coded('log-broken'))
    assert.equal(memory.anchor.length, 1)
  })

  test('a failure is told, and the next one is tried', async () => {
    const memory = new MemoryLog()
    const scheduler = manualScheduler()
    const told: unknown[] = []
    let away = true
    const log = await memory.open({
      scheduler,
      anchor: {
        append: (line) => (away ? Promise.reject(new Error('away')) : memory.anchorPort.append(line)),
        lines: () => memory.anchorPort.lines(),
      },
      onCheckpointFailure: (error) => told.push(error),
    })
    await log.append(sample(1))
    scheduler.run()
    await turn()
    assert.equal(told.length, 1)
    away = false
    scheduler.run()
    await turn()
    assert.equal(memory.anchor.length, 1)
  })

  test('a failure where every entry is due one is not tried again at once, for ever', async () => {
    const memory = new MemoryLog()
    const scheduler = manualScheduler()
    const told: unknown[] = []
    const anchor = { append: () => Promise.reject(new Error('full')), lines: () => memory.anchorPort.lines() }
    const log = await memory.open({ scheduler, anchor, checkpointEvery: 1, onCheckpointFailure: (e) => told.push(e) })
    await log.append(sample(1))
    for (let i = 0; i < 20; i++) await turn()
    assert.equal(told.length, 1)
    assert.equal(scheduler.waiting, 1)
  })

  test('a last checkpoint that cannot be made is told, and the log closes all the same', async () => {
    const memory = new MemoryLog()
    const told: unknown[] = []
    const anchor = { append: () => Promise.reject(new Error('full')), lines: () => memory.anchorPort.lines() }
    const log = await memory.open({ scheduler: manualScheduler(), anchor, onCheckpointFailure: (e) => told.push(e) })
    await log.append(sample(1))
    await log.close()
    assert.equal(told.length, 1)
    await assert.rejects(log.append(sample(2)), coded('log-closed'))
    await (await memory.open({ scheduler: manualScheduler() })).close()
    assert.equal(memory.anchor.length, 1, 'the next start makes it')
  })

  test('what a crash left without one gets its checkpoint after the next start', async () => {
    const memory = new MemoryLog()
    await (await memory.open({ scheduler: manualScheduler() })).append(sample(1))
    const scheduler = manualScheduler()
    await memory.open({ scheduler })
    assert.equal(scheduler.waiting, 1)
  })
})

suite('opening', () => {
  test('V-I07 a log that ends before what a checkpoint outside vouches for is not opened', async () => {
    const memory = new MemoryLog()
    await memory.fill(10, 5)
    memory.entries = memory.entries.slice(0, 7)
    memory.checkpoints = memory.checkpoints.slice(0, 1)
    await assert.rejects(memory.open(), coded('log-behind-checkpoint'))
    memory.entries = []
    memory.checkpoints = []
    await assert.rejects(memory.open(), coded('log-behind-checkpoint'))
  })

  test('an operator who accepts the loss is written down with it, and need not accept it again', async () => {
    const memory = new MemoryLog()
    await memory.fill(10, 5)
    memory.entries = memory.entries.slice(0, 7)
    memory.time += 1000
    const log = await memory.open({ acceptRollback: '@local:root', scheduler: manualScheduler() })
    const record = decodeLine(memory.entries[7]?.line ?? '')
    assert.deepEqual(record && [record.type, record.actor, record.fields.from, record.fields.to], [
      'audit-rollback-accepted',
      '@local:root',
      8,
      10,
    ])
    memory.time += 1000
    await log.append(sample(1))
    await log.close()
    await (await memory.open({ scheduler: manualScheduler() })).close()
    assert.ok((await (await memory.open()).verify()).ok)
  })

  test('an acceptance that nobody signed explains nothing', async () => {
    const memory = new MemoryLog()
    await memory.fill(10, 5)
    memory.entries = memory.entries.slice(0, 7)
    // Somebody who can write the database, and has no key.
    const other = await memory.open({
      anchor: { append: async () => {}, lines: async function* () {} },
      signer: checkpointSigner(generateCheckpointKey()),
      scheduler: manualScheduler(),
    })
    await other.append({ type: 'audit-rollback-accepted', actor: 'mallory', from: 8, to: 10, hash: 'x' })
    await assert.rejects(memory.open(), coded('log-behind-checkpoint'))
  })

  test('a log with something else where a checkpoint vouches is not opened at all', async () => {
    const memory = new MemoryLog()
    await memory.fill(10)
    const { anchor } = memory
    memory.entries = []
    memory.anchor = []
    memory.checkpoints = []
    await memory.fill(12)
    memory.anchor = anchor
    memory.checkpoints = []
    await assert.rejects(memory.open({ acceptRollback: '@local:root' }), coded('log-broken'))
  })

  test('checkpoints of former keys count when the keys are given', async () => {
    const memory = new MemoryLog()
    await memory.fill(4)
    const signer = checkpointSigner(generateCheckpointKey())
    const log = await memory.open({ signer, formerKeys: [memory.signer.publicKey], scheduler: manualScheduler() })
    await log.append(sample(1))
    await log.checkpoint()
    const report = await log.verify()
    assert.deepEqual([report.ok, report.vouchedTo, report.checkpoints], [true, 5, 2])
  })
})

suite('following', () => {
  test('gives what is there from an entry on, then what comes, and ends with the signal', async () => {
    const memory = new MemoryLog()
    const log = await memory.open({ scheduler: manualScheduler() })
    for (let i = 0; i < 3; i++) await log.append(sample(i))
    const abort = new AbortController()
    const seen: number[] = []
    const following = (async () => {
      for await (const { seq } of log.tail({ from: 2, signal: abort.signal })) seen.push(seq)
    })()
    await turn()
    assert.deepEqual(seen, [2, 3])
    await log.append(sample(4))
    await turn()
    assert.deepEqual(seen, [2, 3, 4])
    abort.abort()
    await following
  })

  test('without a start it gives what comes', async () => {
    const memory = new MemoryLog()
    const log = await memory.open({ scheduler: manualScheduler() })
    await log.append(sample(1))
    const abort = new AbortController()
    const entries = log.tail({ signal: abort.signal })
    const first = entries.next()
    await turn()
    await log.append(sample(2))
    const { value } = (await first) as IteratorResult<StoredEntry, undefined>
    assert.equal(value?.seq, 2)
    abort.abort()
    assert.equal((await entries.next()).done, true)
  })
})
