/** What anybody may fetch from the HTTPS door, with the programs that would. */
import assert from 'node:assert/strict'
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { hasOpenSsh, TestGateway, until } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() && existsSync('/usr/bin/curl') ? false : 'needs ssh, sshd and curl'
const flags = { 'listen.https': ['127.0.0.1:0'] }

test('a target fetches the revocation list with curl and no secret, and ssh-keygen finds in it what was revoked', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const port = gate.gateway.webAddresses[0]?.port ?? 0
  const [revoked, good] = [gate.key(), gate.key()]
  const file = gate.directory.file('fetched.krl')
  const isRevoked = (key: string) => spawnSync('ssh-keygen', ['-Qf', file, `${key}.pub`]).status !== 0
  const fetched = () =>
    new Promise<void>((resolve, reject) => {
      const ca = `${gate.stateDirectory}/tls/certificate.pem`
      const url = `https://localhost:${port}/v1/krl`
      execFile('curl', ['-fsS', '--noproxy', '*', '--cacert', ca, '-o', file, url], (error) =>
        error === null ? resolve() : reject(error),
      )
    })
  await fetched()
  assert.ok(!isRevoked(revoked.file) && !isRevoked(good.file))
  await gate.api.call('key.revoke', { public_key: revoked.line, reason: 'stolen' })
  // The list that strangers get is made at most every two seconds.
  await until(async () => {
    await fetched()
    return isRevoked(revoked.file)
  })
  assert.ok(!isRevoked(good.file))
  execFileSync('ssh-keygen', ['-Qlf', file])
})

test('enrolment says how a target keeps the list fresh, in a script that a shell can read', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  await gate.api.call('target.add', { name: 'db1', address: '192.0.2.1' })
  const { script } = await gate.api.call('target.enrol', { target: 'db1' })
  assert.ok(script.includes(`${gate.gateway.webOrigin}/v1/krl`))
  const file = gate.directory.file('enrol.sh')
  writeFileSync(file, script)
  execFileSync('sh', ['-n', file])
})

test('the API describes itself to anybody, and names its version', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const { status, headers, body } = await new WebClient(gate).ask('/v1/openapi.json')
  assert.equal(status, 200)
  assert.match(String(headers['content-type']), /^application\/json/)
  const { openapi, info, paths } = JSON.parse(body) as {
    openapi: string
    info: { version: string }
    paths: Record<string, object>
  }
  assert.match(openapi, /^3\.1\./)
  assert.equal(info.version, (await gate.api.call('daemon.status')).version)
  assert.ok(paths['/v1/openapi.json'] !== undefined && paths['/v1/users/{user}'] !== undefined)
})
