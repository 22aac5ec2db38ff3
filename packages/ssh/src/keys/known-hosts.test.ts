import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SshError } from '../errors.ts'
import { KeygenDirectory, missingTool } from '../testing/ssh-keygen.ts'
import { issueCertificate } from './certificate-issue.ts'
import { addKnownHost, formatKnownHosts, lookupHostKey, parseKnownHosts } from './known-hosts.ts'
import { generatePrivateKey } from './private-key.ts'
import { formatPublicKey, type PublicKey } from './public-key.ts'

const skip = missingTool('ssh-keygen') ?? false
const NOW_MS = 1_800_000_000_000
const one = generatePrivateKey('ssh-ed25519').publicKey
const two = generatePrivateKey('ssh-ed25519').publicKey
const ecdsa = generatePrivateKey('ecdsa-sha2-nistp256').publicKey
const ca = generatePrivateKey('ssh-ed25519')

const certify = (principals: readonly string[], key = two, until = 60n) =>
  issueCertificate(
    {
      key,
      kind: 'host',
      serial: 1n,
      keyId: 'host',
      principals,
      validAfter: BigInt(NOW_MS / 1000) - 60n,
      validBefore: BigInt(NOW_MS / 1000) + until,
    },
    ca,
  )

function lookup(text: string, host: string, key: PublicKey, port = 22): string {
  const verdict = lookupHostKey(parseKnownHosts(text), { host, port }, key, NOW_MS)
  if (verdict.result === 'match') return `match by ${verdict.by}`
  if (verdict.result === 'mismatch') return `mismatch, ${verdict.sameType ? 'same' : 'other'} type`
  if (verdict.result === 'unknown')
    return `unknown${verdict.certificate === undefined ? '' : `, ${verdict.certificate}`}`
  return verdict.result
}

const plain = `db1.example,192.0.2.7 ${formatPublicKey(one, 'a comment')}\n`

test('a listed host matches by name and address, in any case', () => {
  assert.equal(lookup(plain, 'db1.example', one), 'match by key')
  assert.equal(lookup(plain, 'DB1.Example', one), 'match by key')
  assert.equal(lookup(plain, '192.0.2.7', one), 'match by key')
})

test('V-A21 a known host with another key mismatches, of a new type too', () => {
  assert.equal(lookup(plain, 'db1.example', two), 'mismatch, same type')
  assert.equal(lookup(plain, 'db1.example', ecdsa), 'mismatch, other type')
  const unreadable = `db1.example ssh-dss AAAAB3NzaC1kc3MAAAAA\n`
  assert.equal(lookup(unreadable, 'db1.example', one), 'mismatch, other type')
})

test('a host that is not listed is unknown', () => {
  assert.equal(lookup(plain, 'db2.example', one), 'unknown')
  assert.equal(lookup('', 'db1.example', one), 'unknown')
  assert.equal(lookup('# db1.example\n\n', 'db1.example', one), 'unknown')
})

test('V-A22 a port of its own is a host of its own, both ways', () => {
  assert.equal(lookup(plain, 'db1.example', one, 2222), 'unknown')
  const ported = `[db1.example]:2222 ${formatPublicKey(one)}\n`
  assert.equal(lookup(ported, 'db1.example', one, 2222), 'match by key')
  assert.equal(lookup(ported, 'db1.example', two, 2222), 'mismatch, same type')
  assert.equal(lookup(ported, 'db1.example', one), 'unknown')
})

test('wildcards match and a negated pattern takes its names out', () => {
  const text = `*.example,!db?.example ${formatPublicKey(one)}\n`
  assert.equal(lookup(text, 'web.example', one), 'match by key')
  assert.equal(lookup(text, 'db1.example', one), 'unknown')
  assert.equal(lookup(text, 'example', one), 'unknown')
})

test('many stars cost no more than name times pattern', () => {
  const text = `${'*a'.repeat(5000)}b ${formatPublicKey(one)}\n`
  // The best of several: a machine may be busy once, but work takes its time every time.
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now()
    assert.equal(lookup(text, 'a'.repeat(250), one), 'unknown')
    return performance.now() - start
  })
  assert.ok(Math.min(...times) < 500, times.join(' '))
})

test('V-C06 a revoked key is revoked, also when another line lists it', () => {
  const text = `${plain}@revoked * ${formatPublicKey(one)}\n`
  assert.equal(lookup(text, 'db1.example', one), 'revoked')
  assert.equal(lookup(text, 'db1.example', two), 'mismatch, same type')
  assert.equal(lookup(`@revoked other.example ${formatPublicKey(one)}\n${plain}`, 'db1.example', one), 'match by key')
})

test('V-C06 a revoked authority or inner key revokes the certificate', async () => {
  const certificate = await certify(['db1.example'])
  const trusted = `@cert-authority *.example ${formatPublicKey(ca.publicKey)}\n`
  assert.equal(lookup(trusted, 'db1.example', certificate), 'match by authority')
  assert.equal(lookup(`${trusted}@revoked * ${formatPublicKey(ca.publicKey)}\n`, 'db1.example', certificate), 'revoked')
  assert.equal(lookup(`${trusted}@revoked * ${formatPublicKey(two)}\n`, 'db1.example', certificate), 'revoked')
})

test('a certificate counts for the hosts its authority is listed for and that it names itself', async () => {
  const certificate = await certify(['db1.example', 'db1'])
  const trusted = `@cert-authority *.example ${formatPublicKey(ca.publicKey)}\n`
  assert.equal(lookup(trusted, 'db1.example', certificate), 'match by authority')
  assert.equal(lookup(trusted, 'db1', certificate), 'unknown')
  assert.equal(lookup(trusted, 'db2.example', certificate), 'unknown, principal-not-named')
  assert.equal(lookup(trusted, 'db1.example', await certify(['db1.example'], two, -1n)), 'unknown, expired')
  assert.equal(lookup(`[*.example]:* ${formatPublicKey(ca.publicKey)}\n`, 'db1.example', certificate), 'unknown')
  const ported = `@cert-authority [*.example]:2222 ${formatPublicKey(ca.publicKey)}\n`
  assert.equal(lookup(ported, 'db1.example', certificate, 2222), 'match by authority')
})

test('an authority line never makes its own key a host key', () => {
  const trusted = `@cert-authority * ${formatPublicKey(ca.publicKey)}\n`
  assert.equal(lookup(trusted, 'db1.example', ca.publicKey), 'unknown')
})

test('a certificate without a listed authority is judged by its key', async () => {
  const certificate = await certify(['db1.example'])
  assert.equal(lookup(`db1.example ${formatPublicKey(two)}\n`, 'db1.example', certificate), 'match by key')
  assert.equal(lookup(plain, 'db1.example', certificate), 'mismatch, same type')
})

test('every line stands as it was, readable or not', () => {
  const text = [
    '# comment',
    '',
    '  \t ',
    plain.trim(),
    'nonsense',
    'host ssh-ed25519 !!!!',
    `@future x ${formatPublicKey(one)}`,
    `|1|short|hash ${formatPublicKey(one)}`,
    `|2|AAAA|AAAA ${formatPublicKey(one)}`,
    `a,,b ${formatPublicKey(one)}`,
    `host ssh-rsa ${one.blob.toBase64()}\r`,
    '',
  ].join('\n')
  const known = parseKnownHosts(text)
  assert.equal(formatKnownHosts(known), text)
  assert.equal(known.lines.filter((line) => line.problem !== undefined).length, 7)
})

test('an added line is found again, in clear and hashed', () => {
  for (const hashed of [false, true]) {
    let known = parseKnownHosts('# mine\n')
    known = addKnownHost(known, { host: 'Db1.example', port: 22 }, one, { hashed, comment: 'added' })
    known = addKnownHost(known, { host: '2001:db8::1', port: 2222 }, two, { hashed })
    const text = formatKnownHosts(known)
    assert.equal(text.includes('db1'), !hashed)
    assert.ok(text.startsWith('# mine\n'))
    assert.equal(lookup(text, 'db1.example', one), 'match by key')
    assert.equal(lookup(text, '2001:db8::1', two, 2222), 'match by key')
    assert.equal(lookup(text, '2001:db8::1', two), 'unknown')
  }
})

test('names and comments that would be read as something else are not added', () => {
  const empty = parseKnownHosts('')
  for (const host of ['', 'a b', 'a,b', '*', 'a?', '!a', '|1|x|y', '#a', '@revoked', 'a\nb', 'a\u0000']) {
    assert.throws(() => addKnownHost(empty, { host, port: 22 }, one), SshError, JSON.stringify(host))
  }
  assert.throws(() => addKnownHost(empty, { host: 'a', port: 22 }, one, { comment: 'x\ny' }), SshError)
})

test('files that ssh-keygen hashed are read, and ssh-keygen finds what we hashed', { skip }, () => {
  using directory = new KeygenDirectory()
  const lines = [
    `db1.example,192.0.2.7 ${formatPublicKey(one)}`,
    `[db2.example]:2222 ${formatPublicKey(two)}`,
    `@cert-authority *.corp ${formatPublicKey(ca.publicKey)}`,
  ]
  directory.write('known_hosts', `${lines.join('\n')}\n`)
  directory.run('-q', '-H', '-f', 'known_hosts')
  const hashed = directory.read('known_hosts')
  assert.ok(!hashed.includes('db1.example'))
  assert.equal(lookup(hashed, 'db1.example', one), 'match by key')
  assert.equal(lookup(hashed, '192.0.2.7', one), 'match by key')
  assert.equal(lookup(hashed, 'db2.example', two, 2222), 'match by key')
  assert.equal(lookup(hashed, 'db2.example', two), 'unknown')

  const ours = addKnownHost(parseKnownHosts(''), { host: 'db3.example', port: 2200 }, ecdsa, { hashed: true })
  directory.write('ours', formatKnownHosts(ours))
  assert.match(directory.run('-F', '[db3.example]:2200', '-f', 'ours'), /ecdsa-sha2-nistp256/)
})
