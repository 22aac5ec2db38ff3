import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { SpaceReserve } from './space-reserve.ts'

function place(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-reserve-'))
  t.after(() => rmSync(directory, { recursive: true }))
  return join(directory, 'reserve')
}

suite('space kept back', () => {
  test('takes up space on the disk, not a hole in a file', (t) => {
    const path = place(t)
    const reserve = new SpaceReserve(path, 2_500_000)
    const { size, blocks, mode } = statSync(path)
    assert.equal(size, 2_500_000)
    assert.ok(blocks * 512 >= 2_500_000)
    assert.equal(mode & 0o777, 0o600)
    assert.equal(reserve.release(), true)
    assert.equal(existsSync(path), false)
  })

  test('is given up once', (t) => {
    const reserve = new SpaceReserve(place(t), 1000)
    assert.equal(reserve.release(), true)
    assert.equal(reserve.release(), false)
  })

  test('is made again at the next start', (t) => {
    const path = place(t)
    new SpaceReserve(path, 1000).release()
    assert.equal(new SpaceReserve(path, 1000).release(), true)
  })

  test('that cannot be made is none', () => {
    assert.equal(new SpaceReserve('/nonexistent/reserve', 1000).release(), false)
  })
})
