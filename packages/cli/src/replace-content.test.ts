import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { TemporaryDirectory } from '@sallyport/testkit'
import { answering, runMain } from '../test/run-main.ts'

const RUN_MAIN = fileURLToPath(new URL('../test/run-main.ts', import.meta.url))

test('a revocation list that only a part of fits on the disk leaves the one before, whole', async () => {
  using directory = new TemporaryDirectory('krl')
  const path = directory.file('revoked_keys')
  writeFileSync(path, 'before', { mode: 0o640 })
  const script = `import { answering, runMain } from ${JSON.stringify(RUN_MAIN)}
    const krl = Buffer.alloc(100_000).toString('base64')
    const client = answering({ 'ca.krl': { krl, serials: 1, keys: 0 } })
    const { status, stderr } = await runMain(['ca', 'krl', '--out', ${JSON.stringify(path)}], { client })
    process.exitCode = status === 1 && stderr.includes('SP4011') ? 3 : 4`
  // In blocks of 512 bytes: files of this process may have 64 KiB.
  const limited = 'ulimit -f 128 && exec "$0" --input-type=module --eval "$1"'
  const code = await new Promise((resolve) => {
    execFile('sh', ['-c', limited, process.execPath, script], (error) => resolve(error === null ? 0 : error.code))
  })
  assert.equal(code, 3)
  assert.equal(readFileSync(path, 'utf8'), 'before')
  assert.deepEqual(readdirSync(directory.path), ['revoked_keys'])
})

test('a revocation list keeps its mode, a link to it stays one, and a pipe is written to', async () => {
  using directory = new TemporaryDirectory('krl')
  const path = directory.file('revoked_keys')
  const link = directory.file('link')
  symlinkSync(path, link)
  const client = answering({ 'ca.krl': { krl: Buffer.from('list').toString('base64'), serials: 1, keys: 0 } })
  const write = async (out: string) => assert.equal((await runMain(['ca', 'krl', '--out', out], { client })).status, 0)
  await write(path)
  assert.equal(statSync(path).mode & 0o777, 0o644)
  writeFileSync(path, 'before')
  await write(link)
  assert.ok(lstatSync(link).isSymbolicLink())
  assert.equal(readFileSync(path, 'utf8'), 'list')
  await write('/dev/null')
})
