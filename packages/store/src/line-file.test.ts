import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { StoreError } from './errors.ts'
import { LineFile } from './line-file.ts'

async function place(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sallyport-lines-'))
  t.after(() => rm(directory, { recursive: true }))
  return join(directory, 'state', 'lines')
}

suite('a file of lines', () => {
  test('gives back what was appended, in order, also after it was opened again', async (t) => {
    const path = await place(t)
    {
      await using file = await LineFile.open(path)
      await Promise.all(['one', 'two', 'three'].map((line) => file.append(line)))
      assert.deepEqual(await Array.fromAsync(file.lines()), ['one', 'two', 'three'])
    }
    await using file = await LineFile.open(path)
    await file.append('four')
    assert.deepEqual(await Array.fromAsync(file.lines()), ['one', 'two', 'three', 'four'])
    assert.equal((await stat(path)).mode & 0o777, 0o600)
  })

  test('a line that a crash cut short is closed and skipped; nothing written is ever changed', async (t) => {
    const path = await place(t)
    const before = await LineFile.open(path)
    await before.append('one')
    await before.close()
    await appendFile(path, 'tw')
    await using file = await LineFile.open(path)
    await file.append('three')
    assert.equal(await readFile(path, 'utf8'), 'one\ntw#torn\nthree\n')
    assert.deepEqual(await Array.fromAsync(file.lines()), ['one', 'three'])
  })

  test('a line that a crash cut short is none, also before the next one is written', async (t) => {
    const path = await place(t)
    const before = await LineFile.open(path)
    await before.append('one')
    await before.close()
    await appendFile(path, 'tw')
    await using file = await LineFile.open(path)
    assert.deepEqual(await Array.fromAsync(file.lines()), ['one'])
  })

  test('two processes may append', async (t) => {
    const path = await place(t)
    await using a = await LineFile.open(path)
    await using b = await LineFile.open(path)
    await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? a : b).append(`line ${i}`)))
    assert.equal((await Array.fromAsync(a.lines())).length, 50)
  })

  test('a place that cannot be written is named', async () => {
    await assert.rejects(
      LineFile.open('/dev/null/lines'),
      (error) => error instanceof StoreError && error.code === 'store-unavailable',
    )
  })
})
