import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { SshConfig } from '@sallyport/api'
import { runCommand, TemporaryDirectory } from '@sallyport/testkit'
import { renderSshConfig } from './render-ssh-config.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGm5vJ0mYVQUUB8Xq0m0Sg6wv5xkSkMkbZQwJ3oYH1Zb'
const facts: SshConfig = {
  hostname: 'gw.example.com',
  user: null,
  listeners: [
    { name: 'metrics', address: '127.0.0.1', port: 9222 },
    { name: 'ssh', address: '::', port: 2222 },
  ],
  host_keys: [{ type: 'ssh-ed25519', fingerprint: 'SHA256:x', line: KEY }],
  authorities: [],
  targets: [
    { name: 'db1', port: 22 },
    { name: 'web-2.prod', port: 2022 },
  ],
}
const options = { name: 'sallyport', gateway: 'gw.example.com', user: undefined }

const certificate = {
  key: '/home/alice/.config/sallyport/gw_8443/id_ed25519',
  certificate: '/home/alice/.config/sallyport/gw_8443/id_ed25519-cert.pub',
  otherKeys: ['/home/alice/.ssh/id_rsa'],
  command: '/usr/local/bin/sallyport',
  server: 'https://gw.example.com:8443',
}

test('the lines name the gateway, and every target jumps through it', () => {
  assert.deepEqual(renderSshConfig(facts, { ...options, user: 'alice@example.com' }), {
    ssh_config: `Host sallyport
  HostName gw.example.com
  Port 2222
  User alice@example.com

Host db1 web-2.prod
  ProxyJump sallyport

Host web-2.prod
  Port 2022
`,
    known_hosts: `[gw.example.com]:2222 ${KEY}\n`,
  })
})

test('a target with a name that means something else already is called by its gateway too, and known by its own name', () => {
  const taken = new Set(['web-2.prod', 'gw.example.com'])
  const targets = [...facts.targets, { name: 'work', port: 22 }]
  const rendered = renderSshConfig({ ...facts, targets }, { ...options, name: 'work', taken, certificate })
  assert.equal(
    rendered.ssh_config.replace(/^ {2}(?:Certificate|Identity)File .*\n/gm, ''),
    `Match host work,db1,web-2.prod.work,work.work exec "'/usr/local/bin/sallyport' cert renew --if-needed --quiet --server 'https://gw.example.com:8443'"

Host work
  HostName gw.example.com
  Port 2222

Host db1 web-2.prod.work work.work
  ProxyJump work

Host web-2.prod.work
  HostName web-2.prod
  HostKeyAlias web-2.prod
  Port 2022

Host work.work
  HostName work
  HostKeyAlias work
`,
  )
})

test('on port 22 known_hosts has the bare name', () => {
  const standard = { ...facts, listeners: [{ name: 'ssh' as const, address: '::', port: 22 }] }
  assert.equal(renderSshConfig(standard, options).known_hosts, `gw.example.com ${KEY}\n`)
})

test('with a session: a certificate that renews itself, files of host keys, and the authority that vouches for targets', () => {
  const rendered = renderSshConfig(
    { ...facts, authorities: [KEY] },
    {
      ...options,
      certificate,
      knownHostsFiles: ['/home/alice/.ssh/known_hosts', '/home/alice/.ssh/sallyport_known_hosts'],
    },
  )
  assert.equal(
    rendered.ssh_config,
    `Match host sallyport,gw.example.com,db1,web-2.prod exec "'/usr/local/bin/sallyport' cert renew --if-needed --quiet --server 'https://gw.example.com:8443'"
  CertificateFile "/home/alice/.config/sallyport/gw_8443/id_ed25519-cert.pub"
  IdentityFile "/home/alice/.config/sallyport/gw_8443/id_ed25519"
  IdentityFile "/home/alice/.ssh/id_rsa"

Host sallyport
  HostName gw.example.com
  Port 2222
  UserKnownHostsFile "/home/alice/.ssh/known_hosts" "/home/alice/.ssh/sallyport_known_hosts"

Host db1 web-2.prod
  ProxyJump sallyport
  UserKnownHostsFile "/home/alice/.ssh/known_hosts" "/home/alice/.ssh/sallyport_known_hosts"

Host web-2.prod
  Port 2022
`,
  )
  assert.equal(
    rendered.known_hosts,
    `@cert-authority [gw.example.com]:2222 ${KEY}
@cert-authority db1 ${KEY}
@cert-authority [web-2.prod]:2022,web-2.prod ${KEY}
[gw.example.com]:2222 ${KEY}
`,
  )
})

test('V-E16 a path that would end its quotes, be a token of ssh, or mean something to a shell is refused', () => {
  const hostile = [
    '/home/a"b',
    "/home/a'b",
    '/home/a`id`',
    '/home/$(id)',
    '/home/%h',
    '/home/a\nb',
    '/home/a\\b',
    'relative',
    '/home/!x',
    '/home/\u202e',
  ]
  for (const path of hostile) {
    const refused = { reason: 'usage.invalid' }
    for (const field of ['key', 'certificate', 'command'] as const)
      assert.throws(
        () => renderSshConfig(facts, { ...options, certificate: { ...certificate, [field]: path } }),
        refused,
        `${field} ${path}`,
      )
    assert.throws(
      () => renderSshConfig(facts, { ...options, certificate: { ...certificate, otherKeys: [path] } }),
      refused,
      path,
    )
    assert.throws(() => renderSshConfig(facts, { ...options, knownHostsFiles: [path] }), refused, path)
  }
  for (const line of [`${KEY}\n* ${KEY}`, '* ssh-ed25519 AAAA'])
    assert.throws(() => renderSshConfig({ ...facts, authorities: [line] }, options), { reason: 'usage.invalid' })
})

test('OpenSSH understands the lines as they are meant', async (t) => {
  if (!existsSync('/usr/bin/ssh')) return t.skip('needs ssh')
  using directory = new TemporaryDirectory('ssh-config')
  const file = directory.file('config')
  writeFileSync(file, renderSshConfig(facts, { ...options, user: 'alice@example.com' }).ssh_config)
  const asked = async (host: string) => (await runCommand('ssh', ['-G', '-F', file, host])).stdout.toString()
  assert.match(await asked('web-2.prod'), /^port 2022$[\s\S]*^proxyjump sallyport$/m)
  assert.match(await asked('db1'), /^port 22$[\s\S]*^proxyjump sallyport$/m)
  assert.match(await asked('sallyport'), /^user alice@example.com\nhostname gw.example.com\nport 2222$/m)
  assert.doesNotMatch(await asked('elsewhere'), /^proxyjump/m)
  return undefined
})

test('V-E16 a name that would mean something else in an ssh_config or known_hosts is refused', () => {
  const hostile = [
    'gw\n  ProxyCommand touch /tmp/x',
    'gw\r',
    'gw db2',
    'gw\tdb2',
    '-oProxyCommand=x',
    '"gw"',
    "g'w",
    '$(id)',
    '`id`',
    'gw;id',
    'gw|id',
    '%h',
    '*',
    'gw?',
    '!gw',
    'gw,db2',
    '#gw',
    'gw\\',
    'g=w',
    '~root',
    'gw\u2028',
    'gẃ',
    '\u202egw',
    '.',
    'gw-',
    '',
    '@revoked',
  ]
  for (const name of hostile) {
    const refused = { reason: 'usage.invalid' }
    assert.throws(() => renderSshConfig(facts, { ...options, gateway: name }), refused, JSON.stringify(name))
    assert.throws(() => renderSshConfig(facts, { ...options, name }), refused, JSON.stringify(name))
    assert.throws(() => renderSshConfig(facts, { ...options, user: name }), refused, JSON.stringify(name))
    const targets = [{ name, port: 22 }]
    assert.throws(() => renderSshConfig({ ...facts, targets }, options), refused, JSON.stringify(name))
  }
})

test('V-E16 a host key that is no key line is refused', () => {
  for (const line of [`${KEY}\n@cert-authority * ${KEY}`, `${KEY} comment`, 'ssh-ed25519', '* ssh-ed25519 AAAA', '']) {
    const host_keys = [{ type: 'x', fingerprint: 'x', line }]
    assert.throws(() => renderSshConfig({ ...facts, host_keys }, options), { reason: 'usage.invalid' })
  }
})
