import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { writePrivateFile } from './private-file.ts'

const MODULE = fileURLToPath(new URL('private-file.ts', import.meta.url))

/** Writes a text in a process whose files may have so many KiB, as on a disk with no more space; its exit code. */
function writeWithin(kib: number, path: string, bytes: number): Promise<unknown> {
  const script = `import { writePrivateFile } from ${JSON.stringify(MODULE)}
    try { writePrivateFile(${JSON.stringify(path)}, 'x'.repeat(${bytes})) } catch (error) { process.exitCode = error.code === 'EFBIG' ? 3 : 1 }`
  // In blocks of 512 bytes.
  const limited = `ulimit -f ${kib * 2} && exec "$0" --input-type=module --eval "$1"`
  return new Promise((resolve) => {
    execFile('sh', ['-c', limited, process.execPath, script], (error) => resolve(error === null ? 0 : error.code))
  })
}

test('a file that only a part of fits on the disk keeps what it had', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'sallyport-private-'))
  t.after(() => rm(directory, { recursive: true }))
  const path = join(directory, 'sallyport.toml')
  await writeFile(path, 'before')
  assert.equal(await writeWithin(64, path, 100_000), 3)
  assert.equal(await readFile(path, 'utf8'), 'before')
  assert.deepEqual(await readdir(directory), ['sallyport.toml'], 'what was written of it is gone')
  assert.equal(await writeWithin(64, path, 50_000), 0)
  assert.equal((await readFile(path, 'utf8')).length, 50_000)
})

test('what a process left that died while it wrote gives the next file neither its mode nor its content', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'sallyport-private-'))
  t.after(() => rm(directory, { recursive: true }))
  const path = join(directory, 'master.key')
  await writeFile(`${path}.new`, 'half of a longer secret', { mode: 0o644 })
  writePrivateFile(path, 'secret')
  assert.equal(await readFile(path, 'utf8'), 'secret')
  assert.equal((await stat(path)).mode & 0o777, 0o600)
})
