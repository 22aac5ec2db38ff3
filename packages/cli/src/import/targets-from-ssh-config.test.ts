import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { formatPublicKey, generatePrivateKey } from '@sallyport/ssh/keys'
import { runCommand, SeededRandom, TemporaryDirectory } from '@sallyport/testkit'
import { configHosts } from './ssh-config-file.ts'
import { targetsFromSshConfig } from './targets-from-ssh-config.ts'

const noIncludes = () => Promise.resolve([])
const SSH = '/usr/bin/ssh'

test('each name of a Host line is a host, and the first value of a keyword counts', async () => {
  const hosts = await configHosts(
    `
# comment
Host db1 db2 *.wild !no
  HostName 10.0.0.1 # the first
  Port 2022
Host=db1
  HostName=10.9.9.9
  HostKeyAlias "db alias"
Match host db1
  Port 1
Host *
  Port 22
  ProxyCommand none
`,
    noIncludes,
  )
  assert.deepEqual(hosts, [
    { name: 'db1', hostName: '10.0.0.1', port: 2022, hostKeyAlias: 'db alias', proxyCommand: false },
    { name: 'db2', hostName: '10.0.0.1', port: 2022, hostKeyAlias: undefined, proxyCommand: false },
  ])
})

test('what an include under another host says does not apply, nor do hosts it names', async () => {
  const text = 'Host a\n  Include inner\nHost b\n  Port 5\n'
  const hosts = await configHosts(text, async () => ['HostName x\nHost b\n  HostName y\nHost a\n  Port 7\n'])
  assert.deepEqual(
    hosts.map(({ name, hostName, port }) => [name, hostName, port]),
    [
      ['a', 'x', 7],
      ['b', undefined, 5],
    ],
  )
})

test('an include that names itself ends', async () => {
  const text = 'Include self\nHost a\n  Port 1\n'
  const [host] = await configHosts(text, async () => [text])
  assert.equal(host?.port, 1)
})

test('a pattern of many stars takes no time', async () => {
  const pattern = `${'*a'.repeat(5000)}b`
  await configHosts(`Host ${'a'.repeat(5000)}\n  Port 1\nHost ${pattern}\n  HostName x\n`, noIncludes)
})

test('hosts behind a command, and names no target may have, are left out with the reason', async () => {
  const text = `
Host cloud
  ProxyCommand aws ssm "start session" --target %h
Host 10.0.0.1
  User root
Host DB1
  HostName DB1.Example.com
Host db1
  HostName other
Host fine
`
  assert.deepEqual(await targetsFromSshConfig('/nonexistent/config', text, ''), {
    targets: [
      { name: 'db1', address: 'db1.example.com', port: 22, host_keys: [] },
      { name: 'fine', address: 'fine', port: 22, host_keys: [] },
    ],
    left: [
      { name: 'cloud', why: 'it is reached by a ProxyCommand, not by an address' },
      { name: '10.0.0.1', why: 'its name cannot be a target’s' },
      { name: 'db1', why: 'another host differs from it only by upper and lower case' },
    ],
  })
})

test('host keys come from plain and hashed known_hosts, by address and port or by alias, without revoked ones', async (t) => {
  if (!existsSync('/usr/bin/ssh-keygen')) return t.skip('needs ssh-keygen')
  const [plain, ported, aliased, revoked] = Array.from({ length: 4 }, () =>
    formatPublicKey(generatePrivateKey('ssh-ed25519').publicKey),
  )
  using directory = new TemporaryDirectory('known-hosts')
  const file = directory.file('known_hosts')
  writeFileSync(
    file,
    [
      `10.0.0.1 ${plain}`,
      `[10.0.0.2]:2022 ${ported}`,
      `db-alias,other ${aliased}`,
      `@revoked 10.0.0.1 ${revoked}`,
      `@cert-authority *.example.com ${revoked}`,
      '',
    ].join('\n'),
  )
  const config = `
Host a
  HostName 10.0.0.1
Host b
  HostName 10.0.0.2
  Port 2022
Host c
  HostName 10.0.0.3
  Port 99
  HostKeyAlias db-alias
Host d.example.com
`
  for (const hashed of [false, true]) {
    if (hashed) await runCommand('ssh-keygen', ['-H', '-f', file])
    const text = readFileSync(file, 'utf8')
    assert.equal(text.includes('|1|'), hashed)
    const { targets } = await targetsFromSshConfig('/nonexistent/config', config, text)
    assert.deepEqual(
      targets.map(({ name, host_keys }) => [name, host_keys]),
      [
        ['a', [plain]],
        ['b', [ported]],
        ['c', [aliased]],
        ['d.example.com', []],
      ],
    )
  }
  return undefined
})

test('generated configurations are read as ssh -G reads them', { timeout: 100_000 }, async (t) => {
  if (!existsSync(SSH)) return t.skip('needs ssh')
  const names = ['db1', 'db2', 'web', 'web-1', 'x.y']
  using directory = new TemporaryDirectory('ssh-g')
  for (let seed = 1; seed <= 150; seed++) {
    const random = new SeededRandom(seed)
    const config = directory.file('config')
    for (const part of ['one.conf', 'two.conf']) writeFileSync(directory.file(part), generated(random, names, []))
    writeFileSync(config, generated(random, names, [directory.file('one.conf'), directory.file('*.conf')]))
    const text = readFileSync(config, 'utf8')
    const { targets, left } = await targetsFromSshConfig(config, text, '')
    for (const { name, address, port } of targets) {
      const { stdout, stderr, status } = await runCommand(SSH, ['-G', '-F', config, name])
      assert.equal(status, 0, `${stderr}\n${text}`)
      const said = (keyword: string) => new RegExp(`^${keyword} (.*)$`, 'm').exec(stdout.toString())?.[1]
      assert.deepEqual([address, port], [said('hostname'), Number(said('port'))], `seed ${seed}, ${name}\n${text}`)
      assert.equal(said('proxycommand') ?? 'none', 'none', `seed ${seed}, ${name}`)
    }
    for (const { name, why } of left) {
      if (!why.includes('ProxyCommand')) continue
      const { stdout } = await runCommand(SSH, ['-G', '-F', config, name])
      assert.match(stdout.toString(), /^proxycommand /m, `seed ${seed}, ${name}\n${text}`)
    }
  }
  return undefined
})

/** An ssh_config of blocks whose patterns, quoting and order are drawn at random. */
function generated(random: SeededRandom, names: readonly string[], includes: readonly string[]): string {
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)] as T
  const pattern = () => {
    const name = pick(names)
    return pick([name, name, name, `!${name}`, '*', 'db*', '*1', 'we?', 'D*', `"${name}"`, `'${name}'`])
  }
  const setting = () =>
    pick([
      () => `  HostName ${pick(['10.0.0.1', '%h.example.com', '"10.0.0.2"', "'h.example'", 'a%%b.example'])}`,
      () => `  HostName=10.1.1.${random.below(9)}`,
      () => `\tPort${pick([' ', '=', ' = ', '\t'])}${1 + random.below(65_535)}`,
      () => `port ${1 + random.below(65_535)} # note`,
      () => `  ProxyCommand ${pick(['none', 'nc "%h" %p'])}`,
      () => '  User "some one"',
      () => '  # Host commented',
    ])()
  const lines: string[] = []
  for (let block = random.below(6); block >= 0; block--) {
    if (block > 0 && random.below(5) === 0) lines.push(`Match host ${pick(names)} user nobody-of-that-name`)
    else
      lines.push(`${pick(['Host', 'host', 'HOST'])} ${Array.from({ length: 1 + random.below(3) }, pattern).join(' ')}`)
    for (let count = random.below(4); count > 0; count--) lines.push(setting())
    if (includes.length > 0 && random.below(3) === 0) lines.push(`Include ${pick(includes)}`)
  }
  return `${lines.join('\n')}\n`
}
