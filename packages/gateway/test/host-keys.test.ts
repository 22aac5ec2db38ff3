/** The gateway's own host keys as OpenSSH's client sees them: certified, and rotated with an overlap. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { ApiError, type ApiErrorName } from '@sallyport/api'
import { type TestGateway as Gate, hasOpenSsh, TestGateway } from './test-gateway.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const refused = (reason: ApiErrorName) => (error: unknown) => error instanceof ApiError && error.reason === reason

/** Signs the owner in with what this known_hosts file says, and nothing asked. */
function signIn(gate: Gate, known: string, more: readonly string[] = []) {
  const config = gate.sshConfig(gate.ownerKey)
  const strict = ['-o', 'StrictHostKeyChecking=yes', '-o', `UserKnownHostsFile=${known}`, '-l', gate.ownerName]
  return gate.ssh(config, [...strict, ...more, 'gate'])
}

function knownHosts(gate: Gate, lines: readonly string[]): string {
  const path = gate.directory.file(`known_${lines.length}_${readdirSync(gate.directory.path).length}`)
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
  return path
}

async function hostAuthority(gate: Gate): Promise<string> {
  const { authorities } = await gate.api.call('ca.list')
  return authorities.find(({ kind, state }) => kind === 'host' && state === 'active')?.line ?? ''
}

test('whoever trusts the host authority needs no known_hosts entry, by any of the gateway’s names', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags: { 'ssh.hostname': 'gw.example.com' } })
  const trusting = knownHosts(gate, [`@cert-authority * ${await hostAuthority(gate)}`])
  for (const alias of ['gw.example.com', 'localhost', '127.0.0.1']) {
    const { status, stdout, stderr } = await signIn(gate, trusting, ['-o', `HostKeyAlias=${alias}`])
    assert.equal(status, 0, stderr)
    assert.match(stdout.toString(), /^Hello /)
  }
  for (const algorithm of ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512']) {
    const certified = ['-o', `HostKeyAlgorithms=${algorithm}-cert-v01@openssh.com`, '-v']
    const { status, stderr } = await signIn(gate, trusting, certified)
    assert.equal(status, 0, stderr)
    assert.match(stderr, /Server host certificate: /)
  }
  assert.equal((await signIn(gate, trusting, ['-o', 'HostKeyAlias=other.example.com'])).status, 255)
  const other = knownHosts(gate, [`@cert-authority * ${gate.key('other-ca').line}`])
  assert.equal((await signIn(gate, other)).status, 255, 'an authority that is not ours')
})

test('whoever knows only the plain key sees the plain key, as before', { skip }, async () => {
  await using gate = await TestGateway.start()
  const { host_keys } = await gate.api.call('daemon.ssh-config')
  for (const { line } of host_keys) {
    const { status, stderr } = await signIn(gate, knownHosts(gate, [`[127.0.0.1]:${gate.port} ${line}`]))
    assert.equal(status, 0, stderr)
  }
})

test('certificates are kept over a restart, and made anew for another name or by another authority', {
  skip,
}, async () => {
  await using gate = await TestGateway.start()
  const issued = async () =>
    (await gate.events('certificate-issued')).filter(({ data }) => data['kind'] === 'host').length
  const first = await issued()
  assert.equal(first, 3)
  await gate.restart()
  assert.equal(await issued(), first)
  await gate.restart({ 'ssh.hostname': 'gw.example.com' })
  assert.equal(await issued(), 2 * first)
  const before = await hostAuthority(gate)
  const next = await gate.api.call('ca.rotate', { kind: 'host' })
  const [old, both] = [[before], [before, next.line]].map((authorities) =>
    knownHosts(
      gate,
      authorities.map((line) => `@cert-authority * ${line}`),
    ),
  )
  assert.ok(old !== undefined && both !== undefined)
  await gate.restart({ 'ssh.hostname': 'gw.example.com' })
  assert.equal((await signIn(gate, old)).status, 0, 'the next one does not sign yet')
  assert.equal(await issued(), 2 * first)
  assert.deepEqual((await gate.api.call('daemon.ssh-config')).authorities.toSorted(), [before, next.line].toSorted())

  await gate.api.call('ca.promote', { authority: next.fingerprint })
  assert.equal(await issued(), 3 * first)
  assert.equal((await signIn(gate, both)).status, 0, 'who learnt of it meanwhile notices nothing')
  assert.equal((await signIn(gate, old)).status, 255)
  const { authorities } = await gate.api.call('ca.list')
  await gate.api.call('ca.retire', { authority: authorities.find(({ line }) => line === before)?.id ?? '' })
  assert.deepEqual((await gate.api.call('daemon.ssh-config')).authorities, [next.line])
  assert.equal((await signIn(gate, both)).status, 0)
})

test('a host key is rotated under clients that learn it: nobody is asked, nobody is warned', { skip }, async () => {
  await using gate = await TestGateway.start()
  const host = `[127.0.0.1]:${gate.port}`
  const { host_keys } = await gate.api.call('daemon.ssh-config')
  const old = host_keys.find(({ type }) => type === 'ssh-ed25519')
  const known = knownHosts(gate, [`${host} ${old?.line}`])
  const learning = ['-o', 'UpdateHostKeys=yes', '-o', 'HostKeyAlgorithms=ssh-ed25519']
  const knows = (line: string | undefined) => readFileSync(known, 'utf8').includes(line ?? '?')

  const next = await gate.api.call('host-key.rotate')
  assert.equal(next.state, 'next')
  assert.equal(statSync(`${gate.stateDirectory}/host-keys/next_ssh_host_ed25519_key`).mode & 0o777, 0o600)
  await assert.rejects(gate.api.call('host-key.rotate'), refused('host-key.in-use'))
  assert.equal((await signIn(gate, known, learning)).status, 0)
  assert.ok(knows(next.line) && knows(old?.line), 'it is learnt beside the old one')

  const late = knownHosts(gate, [`${host} ${old?.line}`])
  await gate.api.call('host-key.promote', { host_key: next.fingerprint })
  const after = await signIn(gate, known, [...learning, '-v'])
  assert.equal(after.status, 0, after.stderr)
  assert.ok(after.stderr.includes(`Server host key: ssh-ed25519 ${next.fingerprint}`))
  assert.ok(knows(old?.line), 'the former one is still announced')
  assert.equal((await signIn(gate, late, learning)).status, 255, 'who never connected meanwhile is warned')

  await assert.rejects(
    gate.api.call('host-key.retire', { host_key: next.fingerprint }),
    refused('host-key.in-use'),
    'the active one stays',
  )
  await gate.api.call('host-key.retire', { host_key: old?.fingerprint ?? '' })
  assert.equal(existsSync(`${gate.stateDirectory}/host-keys/former_ssh_host_ed25519_key`), false)
  assert.equal((await signIn(gate, known, learning)).status, 0)
  assert.ok(knows(next.line) && !knows(old?.line), 'the old one is forgotten')

  await gate.restart()
  const { host_keys: now } = await gate.api.call('host-key.list')
  assert.ok(now.every(({ state }) => state === 'active') && now.some(({ line }) => line === next.line))
  const trusting = knownHosts(gate, [`@cert-authority * ${await hostAuthority(gate)}`])
  assert.equal((await signIn(gate, trusting)).status, 0, 'the new key is certified too')
  const types = (await gate.events()).map(({ type }) => type)
  for (const type of ['host-key-promoted', 'host-key-removed']) assert.ok(types.includes(type), type)
  await assert.rejects(gate.api.call('host-key.promote', { host_key: 'SHA256:none' }), refused('host-key.not-found'))
})
