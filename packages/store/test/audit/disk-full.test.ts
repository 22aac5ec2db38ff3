import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { AuditError, type AuditEvent, checkpointSigner, generateCheckpointKey } from '@sallyport/audit'
import { granted, openStoredLog } from './stored-log.ts'

const stop: AuditEvent = { type: 'gateway-stopped', actor: '@gateway', reason: 'disk-full', uptimeMs: 1 }

/** A directory on a disk of its own, or undefined with the test skipped where none can be mounted. */
function tinyDisk(t: TestContext, size: string): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-tiny-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', directory], { stdio: 'ignore' })
  } catch {
    rmSync(directory, { recursive: true })
    t.skip('SKIPPED: needs root and leave to mount a tmpfs')
    return undefined
  }
  t.after(() => {
    execFileSync('umount', [directory])
    rmSync(directory, { recursive: true })
  })
  return directory
}

suite('R16 the disk is full', () => {
  test('appending is refused with a clear code; what was written before verifies, and goes on when there is space', async (t) => {
    const directory = tinyDisk(t, '3m')
    if (directory === undefined) return
    const signer = checkpointSigner(generateCheckpointKey())
    let written = 0
    {
      const stored = await openStoredLog(directory, signer)
      const refused = await untilRefused(async (i) => {
        await stored.log.append(granted(i))
        written++
      })
      assert.ok(refused instanceof AuditError && refused.code === 'disk-full', String(refused))
      const report = await stored.log.verify()
      assert.deepEqual([report.faults, report.entries], [[], written])
      await stored.store.close()
      await stored.anchor.close()
    }
    assert.ok(written > 100)
    execFileSync('mount', ['-o', 'remount,size=16m', directory])
    await using stored = await openStoredLog(directory, signer)
    await stored.log.append(granted(1))
    const report = await stored.log.verify()
    assert.deepEqual([report.faults, report.entries], [[], written + 1])
  })

  test('the space kept back takes the ends of what was let through, and nothing else', async (t) => {
    const directory = tinyDisk(t, '4m')
    if (directory === undefined) return
    const signer = checkpointSigner(generateCheckpointKey())
    const stored = await openStoredLog(directory, signer, { reserveBytes: 512 * 1024 })
    const reserve = join(directory, 'sallyport.sqlite-reserve')
    // Others fill the disk, so that no page is left for the next entry.
    const { bavail, bsize } = statfsSync(directory)
    writeFileSync(join(directory, 'others'), new Uint8Array(bavail * bsize))
    const refused = await untilRefused((i) => stored.log.append(granted(i)))
    assert.ok(refused instanceof AuditError && refused.code === 'disk-full', String(refused))
    assert.ok(existsSync(reserve))
    const { seq } = await stored.log.append(stop)
    assert.ok(!existsSync(reserve))
    assert.equal((await stored.store.auditEntries.tail())?.seq, seq)
    assert.deepEqual((await stored.log.verify()).faults, [])
    await stored.store.close()
    await stored.anchor.close()
  })
})

async function untilRefused(append: (i: number) => Promise<unknown>): Promise<unknown> {
  try {
    for (let i = 1; i < 50_000; i++) await append(i)
  } catch (error) {
    return error
  }
  return undefined
}
