import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MemoryLog, manualScheduler, sample } from '../test/memory-log.ts'
import { ChainVerifier, type FaultCode, type VerifiableEntry, type VerifyReport } from './chain-verifier.ts'
import { encodeCheckpoint, signCheckpoint } from './checkpoint.ts'
import { encodeLine, hashLine, prepareEvent } from './line.ts'
import type { StoredEntry } from './ports.ts'
import { checkpointSigner, generateCheckpointKey } from './signer.ts'

const ENTRIES = 24
const log = new MemoryLog()
await log.fill(ENTRIES, 8)
const ORIGINAL: readonly StoredEntry[] = log.entries
const CHECKPOINTS: readonly string[] = log.anchor

function verify(
  entries: readonly VerifiableEntry[],
  { checkpoints = CHECKPOINTS, keys = [log.signer.publicKey], partial = false } = {},
): VerifyReport {
  const verifier = new ChainVerifier({ keys, partial })
  for (const line of checkpoints) verifier.checkpoint(line)
  for (const entry of entries) verifier.entry(entry)
  return verifier.finish()
}

function firstFault(report: VerifyReport): { code: FaultCode; seq: number } | undefined {
  const [fault] = report.faults
  return fault && { code: fault.code, seq: fault.seq }
}

/** What somebody does who can write the database and knows how the chain is made: all from `index` on is chained anew. */
function rechain(entries: readonly StoredEntry[], index: number): StoredEntry[] {
  const out = entries.slice(0, index)
  for (const entry of entries.slice(index)) {
    const { tail } = { tail: entry.line.slice(entry.line.indexOf('"type"')) }
    const seq = out.length + 1
    const line = encodeLine(seq, entry.time, out.at(-1)?.hash ?? '0'.repeat(64), { tail })
    out.push({ ...entry, seq, line, hash: hashLine(line) })
  }
  return out
}

const at = <T>(list: readonly T[], index: number): T => list[index] as T
const with_ = (index: number, change: Partial<StoredEntry>): StoredEntry[] =>
  ORIGINAL.map((entry, i) => (i === index ? { ...entry, ...change } : entry))
const lines = (entries: readonly StoredEntry[]): VerifiableEntry[] => entries.map(({ line }) => ({ line }))

suite('verifying the chain', () => {
  test('a log nobody touched has no fault, and is vouched for to its end', () => {
    const report = verify(ORIGINAL)
    assert.deepEqual(
      { ok: report.ok, entries: report.entries, vouchedTo: report.vouchedTo, checkpoints: report.checkpoints },
      { ok: true, entries: ENTRIES, vouchedTo: ENTRIES, checkpoints: 3 },
    )
    assert.deepEqual([report.faults, report.notes], [[], []])
    assert.ok(verify(lines(ORIGINAL)).ok)
  })

  test('the empty log has no fault', () => {
    assert.ok(verify([], { checkpoints: [] }).ok)
  })

  test('V-I07 edit: any changed byte of any entry is found, and the entry named', () => {
    for (const [i, { line }] of ORIGINAL.entries()) {
      for (let byte = 0; byte < line.length; byte += 7) {
        const changed = line.charCodeAt(byte) === 0x58 ? 'Y' : 'X'
        const spoilt = line.slice(0, byte) + changed + line.slice(byte + 1)
        assert.deepEqual(firstFault(verify(with_(i, { line: spoilt }))), { code: 'entry-altered', seq: i + 1 })
      }
    }
  })

  test('V-I07 edit with the hash made to fit: the entry is named, the last one by its checkpoint', () => {
    for (const [i, { line }] of ORIGINAL.entries()) {
      const spoilt = line.replace(/"actor":"[^"]*/, '"actor":"mallory')
      const report = verify(with_(i, { line: spoilt, hash: hashLine(spoilt), actor: 'mallory' }))
      const code = (i + 1) % 8 === 0 ? 'checkpoint-mismatch' : 'chain-broken'
      assert.deepEqual(firstFault(report), { code, seq: i + 1 })
    }
  })

  test('V-I07 edit in an export, which has no hashes of its own: the entry is named', () => {
    for (const [i, { line }] of ORIGINAL.entries()) {
      const spoilt = line.replace(/"actor":"[^"]*/, '"actor":"mallory')
      assert.equal(firstFault(verify(lines(with_(i, { line: spoilt }))))?.seq, i + 1)
    }
  })

  test('V-I07 edit with the whole chain made anew: the next checkpoint tells between which entries', () => {
    for (let i = 0; i < ENTRIES; i++) {
      const line = at(ORIGINAL, i).line.replace(/"actor":"[^"]*/, '"actor":"mallory')
      const report = verify(rechain(with_(i, { line, actor: 'mallory' }), i))
      const seq = Math.floor(i / 8) * 8 + 8
      assert.deepEqual(firstFault(report), { code: 'checkpoint-mismatch', seq })
      assert.equal(report.faults[0]?.after, seq - 8)
    }
  })

  test('V-I07 edit of what an entry is searched by: the entry is named', () => {
    for (let i = 0; i < ENTRIES; i++) {
      for (const change of [
        { actor: 'mallory' },
        { type: 'x' },
        { time: 1 },
        { source: 'x' },
        { target: 'x' },
        { session: 'x' },
      ])
        assert.deepEqual(firstFault(verify(with_(i, change))), { code: 'index-altered', seq: i + 1 })
    }
  })

  test('V-I07 deletion: the missing entry is named', () => {
    for (let i = 0; i < ENTRIES - 1; i++) {
      const expected = { code: i === 0 ? 'head-lost' : 'entry-missing', seq: i + 1 }
      assert.deepEqual(firstFault(verify(ORIGINAL.filter((_, j) => j !== i))), expected)
    }
  })

  test('V-I07 deletion with the rest renumbered and chained anew: a checkpoint tells', () => {
    for (let i = 0; i < ENTRIES - 1; i++) {
      const report = verify(
        rechain(
          ORIGINAL.filter((_, j) => j !== i),
          i,
        ),
      )
      assert.ok(['checkpoint-mismatch', 'tail-lost'].includes(firstFault(report)?.code ?? ''))
    }
  })

  test('V-I07 reorder: two entries changed about are found at the first of them', () => {
    for (let i = 0; i < ENTRIES - 1; i++) {
      const swapped = [...ORIGINAL]
      swapped.splice(i, 2, at(ORIGINAL, i + 1), at(ORIGINAL, i))
      assert.equal(firstFault(verify(lines(swapped)))?.seq, i + 1)
      // In the database, the places stay and what stands there is changed about.
      const moved = swapped.map((entry, j) => ({ ...entry, seq: j + 1 }))
      assert.deepEqual(firstFault(verify(moved)), { code: 'entry-moved', seq: i + 1 })
    }
  })

  test('V-I07 duplicate: an entry that stands twice is found', () => {
    for (let i = 0; i < ENTRIES; i++) {
      const doubled = [...ORIGINAL]
      doubled.splice(i + 1, 0, at(ORIGINAL, i))
      assert.deepEqual(firstFault(verify(lines(doubled))), { code: 'entry-repeated', seq: i + 1 })
    }
  })

  test('V-I07 insertion: an entry put between is found', () => {
    for (let i = 1; i < ENTRIES; i++) {
      const { seq, time } = at(ORIGINAL, i)
      const line = encodeLine(seq, time, at(ORIGINAL, i - 1).hash, prepareEvent(sample(99)))
      const inserted = [...ORIGINAL]
      inserted.splice(i, 0, { ...at(ORIGINAL, i), line, hash: hashLine(line) })
      assert.ok(!verify(lines(inserted)).ok)
      const pushed = rechain(inserted, i + 1)
      assert.ok(!verify(pushed).ok)
    }
  })

  test('V-I07 lost tail: found once a checkpoint vouched for it', () => {
    for (let kept = 0; kept < ENTRIES; kept++) {
      assert.deepEqual(firstFault(verify(ORIGINAL.slice(0, kept))), { code: 'tail-lost', seq: kept + 1 })
    }
    const unvouched = verify(ORIGINAL.slice(0, 20), { checkpoints: CHECKPOINTS.slice(0, 2) })
    assert.ok(unvouched.ok)
    assert.deepEqual(
      unvouched.notes.map(({ code, seq }) => ({ code, seq })),
      [{ code: 'not-vouched-for', seq: 17 }],
    )
  })

  test('V-I07 lost head: found', () => {
    assert.deepEqual(firstFault(verify(ORIGINAL.slice(5))), { code: 'head-lost', seq: 1 })
  })

  test('V-I07 clock rolled back: tolerated and reported', async () => {
    const turned = new MemoryLog()
    await turned.fill(3)
    turned.time -= 7_200_000
    await turned.fill(3)
    const report = verify(turned.entries, { checkpoints: turned.anchor, keys: [turned.signer.publicKey] })
    assert.ok(report.ok)
    assert.deepEqual(
      report.notes.map(({ code, seq }) => ({ code, seq })),
      [{ code: 'clock-went-back', seq: 4 }],
    )
  })

  test('V-I07 old database restored: found by the checkpoints outside, also after the log went on', async () => {
    const restored = new MemoryLog()
    await restored.fill(6, 3)
    const backup = restored.entries.slice(0, 4)
    await restored.fill(6, 3)
    const checkpoints = [...restored.anchor]
    const keys = [restored.signer.publicKey]
    assert.deepEqual(firstFault(verify(backup, { checkpoints, keys })), { code: 'tail-lost', seq: 5 })
    restored.entries = backup
    restored.anchor = []
    restored.checkpoints = []
    await restored.fill(10)
    const report = verify(restored.entries, { checkpoints, keys })
    assert.deepEqual(firstFault(report), { code: 'checkpoint-mismatch', seq: 6 })
    assert.equal(report.faults[0]?.after, 3)
  })

  test('part of a log verifies when it may be a part, and says so', () => {
    const report = verify(ORIGINAL.slice(10), { partial: true, checkpoints: CHECKPOINTS.slice(1) })
    assert.ok(report.ok)
    assert.deepEqual(
      report.notes.map(({ code }) => code),
      ['not-from-the-start'],
    )
  })

  test('a forged checkpoint is a fault, and vouches for nothing', async () => {
    const forger = checkpointSigner(generateCheckpointKey())
    const last = at(ORIGINAL, ENTRIES - 1)
    const real = await signCheckpoint(last, log.signer)
    const forged = encodeCheckpoint({ ...real, signature: (await signCheckpoint(last, forger)).signature })
    const report = verify(ORIGINAL, { checkpoints: [forged] })
    assert.deepEqual(firstFault(report), { code: 'checkpoint-forged', seq: ENTRIES })
    assert.equal(report.vouchedTo, 0)
    const foreign = verify(ORIGINAL, { checkpoints: [encodeCheckpoint(await signCheckpoint(last, forger))] })
    assert.deepEqual(firstFault(foreign), { code: 'checkpoint-unknown-key', seq: ENTRIES })
  })

  test('an unreadable checkpoint is a fault; a thousand of them are reported in short', () => {
    const report = verify(ORIGINAL, { checkpoints: Array.from({ length: 1000 }, () => 'garbage') })
    assert.equal(report.faults[0]?.code, 'checkpoint-malformed')
    assert.ok(report.faults.length <= 20)
  })

  test('nothing behind the first bad entry is looked at', () => {
    const verifier = new ChainVerifier({ keys: [] })
    verifier.entry({ line: 'garbage' })
    assert.ok(verifier.done)
    verifier.entry({ line: 'more garbage' })
    assert.deepEqual(
      verifier.finish().faults.map(({ code, seq }) => ({ code, seq })),
      [{ code: 'entry-malformed', seq: 1 }],
    )
  })
})

suite('accepting a rollback', () => {
  /** A log that lost entries 5 and 6 of 6, opened with the loss accepted, and gone on. */
  async function accepted(): Promise<MemoryLog> {
    const log = new MemoryLog()
    await log.fill(6, 3)
    log.entries = log.entries.slice(0, 4)
    const opened = await log.open({ acceptRollback: '@local:root', scheduler: manualScheduler() })
    await opened.append(sample(50))
    await opened.append(sample(51))
    await opened.checkpoint()
    return log
  }

  test('makes the lost entries a note instead of a fault', async () => {
    const log = await accepted()
    const report = verify(log.entries, { checkpoints: log.anchor, keys: [log.signer.publicKey] })
    assert.deepEqual(report.faults, [])
    assert.deepEqual(
      report.notes.map(({ code, seq, message }) => ({ code, seq, message })),
      [{ code: 'rollback-accepted', seq: 5, message: '@local:root accepted the loss of entries 5 to 6' }],
    )
    await log.open({ scheduler: manualScheduler() })
  })

  test('counts only when a checkpoint vouches for it: who cut the log could have written it', async () => {
    const log = await accepted()
    const checkpoints = log.anchor.slice(0, 2)
    const report = verify(log.entries, { checkpoints, keys: [log.signer.publicKey] })
    assert.deepEqual(firstFault(report), { code: 'tail-lost', seq: 5 })
  })

  test('explains nothing that was vouched for later', async () => {
    const log = await accepted()
    const cut = log.entries.slice(0, 5)
    const report = verify(cut, { checkpoints: log.anchor, keys: [log.signer.publicKey] })
    assert.deepEqual(firstFault(report), { code: 'tail-lost', seq: 6 })
  })
})
