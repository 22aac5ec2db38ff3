import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyRefusal, parseAuthorizedKey, parseAuthorizedKeys } from './authorized-keys.ts'
import { issueCertificate } from './certificate-issue.ts'
import { defaultKeyOptions, type KeyOptions, parseExpiryTime, parseKeyOptions } from './key-options.ts'
import { generatePrivateKey } from './private-key.ts'
import { formatPublicKey, samePublicKey } from './public-key.ts'

const signer = generatePrivateKey('ssh-ed25519')
const key = signer.publicKey
const line = formatPublicKey(key, 'alice@laptop home')

test('a bare key has the default options', () => {
  const parsed = parseAuthorizedKey(line)
  assert.ok(samePublicKey(parsed.key, key))
  assert.equal(parsed.comment, 'alice@laptop home')
  assert.deepEqual(parsed.options, defaultKeyOptions)
})

test('blank lines and comments are skipped, problems name their line, the rest counts', () => {
  const text = [
    '# mine',
    '',
    `  ${line}`,
    'ssh-ed25519 AAAA',
    `frobnicate ${line}`,
    `pty ${line}\r`,
    'ssh-dss AAAA x',
  ].join('\n')
  const { keys, problems } = parseAuthorizedKeys(text)
  assert.deepEqual(
    keys.map((entry) => entry.line),
    [3, 6],
  )
  assert.deepEqual(
    problems.map((problem) => problem.line),
    [4, 5, 7],
  )
  assert.match(problems[1]?.message ?? '', /unknown option frobnicate/)
})

const read: readonly (readonly [options: string, changes: Partial<KeyOptions>])[] = [
  ['cert-authority', { certAuthority: true }],
  ['no-pty', { permitPty: false }],
  ['No-PTY,NO-port-FORWARDING', { permitPty: false, permitPortForwarding: false }],
  [
    'no-agent-forwarding,no-X11-forwarding,no-user-rc',
    { permitAgentForwarding: false, permitX11Forwarding: false, permitUserRc: false },
  ],
  ['no-touch-required', { skDemand: { presence: false, verification: false } }],
  ['verify-required', { skDemand: { presence: true, verification: true } }],
  ['verify-required,no-verify-required', {}],
  ['command="echo \\"hi there\\", you"', { command: 'echo "hi there", you' }],
  ['command="C:\\dir\\\\"",pty', { command: 'C:\\dir\\"' }],
  ['command=""', { command: '' }],
  ['cert-authority,principals="alice,bob"', { certAuthority: true, principals: ['alice', 'bob'] }],
  [
    'environment="A=1",environment="B=x=y",environment="A=2"',
    {
      environment: new Map([
        ['A', '1'],
        ['B', 'x=y'],
      ]),
    },
  ],
  [
    'permitopen="db1:5432",permitopen="[::1]:*"',
    {
      permitOpen: [
        { host: 'db1', port: 5432 },
        { host: '::1', port: '*' },
      ],
    },
  ],
  [
    'permitlisten="8080",permitlisten="localhost:22"',
    {
      permitListen: [
        { host: '*', port: 8080 },
        { host: 'localhost', port: 22 },
      ],
    },
  ],
  ['tunnel="3"', { tunnel: 3 }],
  ['tunnel="any"', { tunnel: 'any' }],
  ['expiry-time="20300102Z"', { expiryTime: Date.UTC(2030, 0, 2) }],
  ['expiry-time="20310102Z",expiry-time="203001021530Z"', { expiryTime: Date.UTC(2030, 0, 2, 15, 30) }],
]
const restricted = {
  restricted: true,
  permitAgentForwarding: false,
  permitPortForwarding: false,
  permitPty: false,
  permitUserRc: false,
  permitX11Forwarding: false,
}

for (const [options, changes] of read) {
  test(`options read as sshd reads them: ${options}`, () => {
    assert.deepEqual(parseAuthorizedKey(`${options} ${line}`).options, { ...defaultKeyOptions, ...changes })
  })
}

test('restrict turns all off, and what follows it on again', () => {
  assert.deepEqual(parseKeyOptions('restrict'), { ...defaultKeyOptions, ...restricted })
  assert.deepEqual(parseKeyOptions('restrict,pty'), { ...defaultKeyOptions, ...restricted, permitPty: true })
  assert.deepEqual(parseKeyOptions('pty,restrict'), { ...defaultKeyOptions, ...restricted })
})

test('options that sshd would not take make the line a problem', () => {
  for (const options of [
    'frobnicate',
    'pty,,no-pty',
    'pty,',
    ',pty',
    'pty=',
    'pty="yes"',
    'command',
    'command=ls',
    'command="ls',
    'command="ls\\"',
    'command="a",command="b"',
    'from="10.0.0.1/8"',
    'from="10.0.0.0/33"',
    'from=""',
    'principals="a"',
    'cert-authority,principals=""',
    'environment="1"',
    'environment="=x"',
    'environment="A-B=x"',
    'permitopen="db1"',
    'permitopen="db1:0"',
    'permitopen="db1:65536"',
    'permitopen="::1:22"',
    'permitlisten="x"',
    'tunnel="x"',
    'expiry-time="2030"',
    'expiry-time="20300231Z"',
    'expiry-time="203001022460Z"',
    'cert-authority;pty',
    'constructor',
    '__proto__',
  ]) {
    const { keys, problems } = parseAuthorizedKeys(`${options} ${line}\n`)
    assert.equal(keys.length, 0, options)
    assert.equal(problems.length, 1, options)
  }
})

test('V-B14 from allows by address, network and name; negation wins; mapped addresses are IPv4', () => {
  const { options } = parseAuthorizedKey(`from="192.0.2.0/24,!192.0.2.66,*.example,2001:db8::/32,198.51.100.*" ${line}`)
  const refusal = (sourceAddress: string, sourceName?: string) =>
    keyRefusal(options, { sourceAddress, now: 0, ...(sourceName === undefined ? {} : { sourceName }) })
  for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::5', '198.51.100.9']) {
    assert.equal(refusal(address), undefined, address)
  }
  assert.equal(refusal('203.0.113.1', 'Web.Example'), undefined)
  for (const address of ['192.0.2.66', '::ffff:192.0.2.66', '203.0.113.1', '::1', '']) {
    assert.equal(refusal(address), 'source-address-not-allowed', address)
  }
  assert.equal(refusal('192.0.2.66', 'web.example'), 'source-address-not-allowed')
  const onlyNegated = parseKeyOptions('from="!192.0.2.66"')
  assert.equal(keyRefusal(onlyNegated, { sourceAddress: '192.0.2.1', now: 0 }), 'source-address-not-allowed')
})

test('a key expires after its time', () => {
  const options = parseKeyOptions('expiry-time="20300102Z"')
  const at = (now: number) => keyRefusal(options, { sourceAddress: '::1', now })
  assert.equal(at(Date.UTC(2030, 0, 2)), undefined)
  assert.equal(at(Date.UTC(2030, 0, 2) + 1), 'expired')
})

test('expiry times without Z are local', () => {
  assert.equal(parseExpiryTime('20300102'), new Date(2030, 0, 2).getTime())
  assert.equal(parseExpiryTime('20300102030405'), new Date(2030, 0, 2, 3, 4, 5).getTime())
})

test('a certificate is no authorized key', async () => {
  const certificate = await issueCertificate(
    { key, kind: 'user', serial: 1n, keyId: 'x', principals: ['alice'], validAfter: 0n, validBefore: 9n },
    signer,
  )
  assert.throws(() => parseAuthorizedKey(formatPublicKey(certificate)), /certificate/)
})
