import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { type CompiledPolicy, compilePolicy, decide, failures, parsePolicy, runTests } from '@sallyport/policy'
import { runCommand, SeededRandom, TemporaryDirectory } from '@sallyport/testkit'
import * as fc from 'fast-check'
import { readAccounts } from './accounts.ts'
import { type ImportedPolicy, policyFromSshdConfig } from './policy-from-sshd-config.ts'
import { readSshdConfig, SshdConfigFault } from './sshd-config-file.ts'

const SSHD = '/usr/sbin/sshd'
const ADDRESSES = new Map([
  ['db1', ['10.0.0.5']],
  ['web1', ['10.0.0.6', 'fd00::6']],
])

const PASSWD = `root:x:0:0:root:/root:/bin/bash
alice:x:1000:100:Alice:/home/alice:/bin/bash
bob:x:1001:100:Bob:/home/bob:/bin/bash
carol:x:1002:200:Carol:/home/carol:/bin/sh
backup:x:34:34:backup:/var/backups:/usr/sbin/nologin
`
const GROUP = `root:x:0:
users:x:100:
contractors:x:200:
backup:x:34:
dba:x:300:alice,bob
`

interface Given {
  readonly accounts: readonly string[]
  /** Texts by the pattern that an Include has. */
  readonly includes: Readonly<Record<string, string>>
  readonly domain: string
  readonly addresses: ReadonlyMap<string, readonly string[]>
}

async function imported(
  text: string,
  { accounts = [PASSWD, GROUP], includes = {}, domain, addresses = ADDRESSES }: Partial<Given> = {},
): Promise<ImportedPolicy> {
  // No name that every object has is a file.
  const files = new Map(Object.entries(includes))
  const config = await readSshdConfig({ name: 'sshd_config', text }, (pattern) => {
    const included = files.get(pattern)
    return Promise.resolve(included === undefined ? [] : [{ name: pattern, text: included }])
  })
  const options = { addresses, ...(domain === undefined ? {} : { domain }) }
  return policyFromSshdConfig(config, readAccounts(accounts), options)
}

/** The policy, over every account as a member; it has to parse, without warnings, and its own tests have to pass. */
function compiled(text: string, users: readonly string[]): CompiledPolicy {
  const parsed = parsePolicy(text)
  assert.ok(
    parsed.ok,
    parsed.ok ? '' : `${text}\n${parsed.diagnostics.map(({ line, message }) => `${line}: ${message}`).join('\n')}`,
  )
  assert.deepEqual(parsed.policy.warnings, [])
  const directory = { users: users.map((name) => ({ name, role: 'member' as const, disabled: false })), targets: [] }
  const policy = compilePolicy(parsed.policy, directory)
  const report = runTests(policy)
  assert.ok(report.passed, `${text}\n${JSON.stringify(failures(report))}`)
  return policy
}

const GOLDEN = `// Made from an sshd_config by "sallyport policy import". It opens nothing that sshd does not open.
// sshd compares the names of PermitOpen letter by letter; here the address decides, by whatever name it is asked for.
// "*" leaves out loopback, link-local and their like; sshd's "any" does not.
{
  "groups": {
    "group:dba": ["alice@example.com", "bob@example.com"],
  },
  "hosts": {
    "web1": "10.0.0.6",
    "db1": "10.0.0.5",
  },
  "acls": [
    // sshd_config:2: PermitOpen web1:443 localhost:80
    // left out: localhost:80, no address is known for this name
    { "action": "accept", "proto": "tcp", "src": ["carol@example.com"], "dst": ["web1:443", "[fd00::6]:443"] },
    // dba.conf:1: PermitOpen db1:5432 10.0.0.9:*
    //   under sshd_config:7: Match Group dba
    { "action": "accept", "proto": "tcp", "src": ["group:dba"], "dst": ["db1:5432", "10.0.0.9:*"] },
  ],
  "tests": [
    { "src": "carol@example.com", "accept": ["web1:443", "[fd00::6]:443"], "deny": ["db1:5432", "10.0.0.9:22"] },
    { "src": "alice@example.com", "accept": ["db1:5432", "10.0.0.9:22"], "deny": ["web1:443", "[fd00::6]:443"] },
  ],
}
`

test('a jump host’s configuration becomes a policy with places, names and tests', async () => {
  const text = `# jump
PermitOpen web1:443 localhost:80
PermitRootLogin no
ClientAliveInterval 30
X11Forwarding no
DenyUsers mallory
Match Group dba
  Include dba.conf
Match Address 192.0.2.0/24
  PermitOpen any
`
  const { text: policy, notes } = await imported(text, {
    includes: { 'dba.conf': 'PermitOpen db1:5432 10.0.0.9:*\n' },
    domain: 'example.com',
  })
  assert.equal(policy, GOLDEN)
  assert.deepEqual(
    notes.map(({ place, text: note }) => `${place ?? ''} ${note}`),
    [
      'sshd_config:10 PermitOpen any under Match Address 192.0.2.0/24: not carried over; a rule cannot ask for who and from where at once; "sources" of a sallyport.dev/cap/ssh grant can narrow one',
      'sshd_config:6 DenyUsers mallory: a policy has no deny; who it may mean is left out of every rule',
      ' accounts that no file names are in no rule (--users-from)',
      'sshd_config:2 PermitOpen localhost:80: no address is known for this name',
      'sshd_config:4 ClientAliveInterval 30: set keepalive_interval under [ssh] in the configuration',
      'sshd_config:5 X11Forwarding no: the gateway gives nobody a shell: what a session may do is up to the target',
    ],
  )
  compiled(policy, ['alice@example.com', 'bob@example.com', 'carol@example.com'])
})

const ALL = 'db1:22 web1:443 10.9.9.9:22 10.9.9.9:5'

test('the example of docs/migrate-openssh.md is what comes out', async () => {
  const document = await readFile(new URL('../../../../docs/migrate-openssh.md', import.meta.url), 'utf8')
  const [config = '', policy, notes] = ['sshd_config', 'hujson', 'notes'].map(
    (kind) => new RegExp(`^\`\`\`${kind}\n(.*?)^\`\`\`$`, 'ms').exec(document)?.[1],
  )
  const people = ['alice:x:1:100::/:/bin/sh', 'bob:x:2:100::/:/bin/sh', 'carol:x:3:100::/:/bin/sh'].join('\n')
  const made = await imported(config, {
    accounts: [people, 'users:x:100:\ndba:x:300:alice,bob\n'],
    addresses: new Map([
      ['db1', ['10.0.0.5']],
      ['web1', ['10.0.0.6']],
    ]),
  })
  assert.equal(made.text, policy)
  assert.equal(made.notes.map(({ place = 'note', text }) => `${place}: ${text}\n`).join(''), notes)
  compiled(made.text, ['alice', 'bob', 'carol'])
})

for (const [name, config, asked] of [
  ['everything is open where nothing is said', '', { alice: ALL, stranger: ALL }],
  ['no forwarding opens nothing', 'AllowTcpForwarding no\nPermitOpen any', { alice: '', stranger: '' }],
  ['remote forwarding alone opens nothing', 'AllowTcpForwarding remote', { alice: '' }],
  ['DisableForwarding wins', 'DisableForwarding yes\nMatch User bob\nAllowTcpForwarding yes', { alice: '', bob: '' }],
  ['the first value counts', 'PermitOpen db1:22\nPermitOpen any', { alice: 'db1:22', stranger: 'db1:22' }],
  [
    'a block wins over what is global',
    'PermitOpen none\nMatch User bob\nPermitOpen db1:22',
    { bob: 'db1:22', alice: '', stranger: '' },
  ],
  [
    'the first block that applies wins',
    'PermitOpen none\nMatch Group dba\nPermitOpen web1:443\nMatch User bob\nPermitOpen any',
    { bob: 'web1:443', alice: 'web1:443', carol: '' },
  ],
  [
    'a negated pattern excludes',
    'PermitOpen none\nMatch User *,!bob\nPermitOpen db1:22',
    { bob: '', alice: 'db1:22', carol: 'db1:22', stranger: '' },
  ],
  [
    'a primary group counts',
    'PermitOpen none\nMatch Group contractors\nPermitOpen web1:443',
    { carol: 'web1:443', alice: '' },
  ],
  [
    'who is denied is in no rule',
    'PermitOpen db1:22\nDenyGroups contractors',
    { carol: '', alice: 'db1:22', stranger: '' },
  ],
  ['AllowUsers shuts everybody else out', 'AllowUsers alice b*', { alice: ALL, bob: ALL, carol: '', stranger: '' }],
  [
    'AllowGroups needs a group that is known',
    'AllowGroups dba\nPermitOpen *:22',
    { alice: 'db1:22 10.9.9.9:22', carol: '', stranger: '' },
  ],
  ['AllowUsers with a place opens nothing from anywhere', 'AllowUsers alice@10.0.0.0/8 bob@*', { alice: '', bob: ALL }],
  [
    'blocks replace the lists of who may sign in',
    'AllowUsers alice\nMatch Address 192.0.2.0/24\nAllowUsers bob',
    { alice: '', bob: '' },
  ],
  [
    'an unknown group may be anybody’s whose groups are not all known',
    'PermitOpen any\nMatch Group unknown\nPermitOpen db1:22',
    { alice: ALL, stranger: 'db1:22' },
  ],
  ['root without PermitRootLogin is nobody', 'PermitRootLogin no\nPermitOpen db1:22', { root: '', alice: 'db1:22' }],
  ['nobody is let into the gateway itself', 'PermitOpen 127.0.0.1:22 db1:22 [::1]:22', { alice: 'db1:22' }],
] as const) {
  test(`imported: ${name}`, async () => {
    const { text } = await imported(config)
    const policy = compiled(text, ['alice', 'bob', 'carol', 'root', 'stranger'])
    for (const [user, expected] of Object.entries(asked)) {
      const open = [...ALL.split(' '), '127.0.0.1:22'].filter((at) => allows(policy, user, at))
      assert.equal(open.join(' '), expected, `${user}\n${text}`)
    }
  })
}

test('everybody who comes from a place may get a rule, where sshd asks for nothing else', async () => {
  const { text } = await imported('PermitOpen none\nMatch Address 192.0.2.0/24,198.51.100.*\nPermitOpen db1:22\n')
  assert.match(text, /"src": \["192\.0\.2\.0\/24"\], "dst": \["db1:22"\]/)
  assert.match(text, /"src": \["198\.51\.100\.0\/24"\], "dst": \["db1:22"\]/)
  const policy = compiled(text, ['alice'])
  assert.ok(allows(policy, 'alice', 'db1:22', '192.0.2.9'))
  assert.ok(allows(policy, 'alice', 'db1:22', '198.51.100.9'))
  assert.ok(!allows(policy, 'alice', 'db1:22', '203.0.113.9'))
})

test('names that could pass for something else stay out of the policy', async () => {
  const { text, notes } = await imported(
    'AllowUsers Bob bob "a b" \u001b[2J x:y\nPermitOpen "db1:22" web1:nonsense\n',
    { accounts: [] },
  )
  compiled(text, [])
  assert.ok(!/bob@/i.test(text) && !text.includes('\u001b'), text)
  assert.ok(notes.every(({ text: note }) => !note.includes('\u001b')))
  assert.ok(
    notes.some(
      ({ text: note }) => note === 'Bob and bob differ by upper and lower case alone; neither is carried over',
    ),
  )
  assert.ok(notes.some(({ text: note }) => note === 'PermitOpen web1:nonsense: not HOST:PORT'))
})

test('a rule for everybody says who that is here', async () => {
  const { notes } = await imported('PermitOpen db1:22\n')
  assert.deepEqual(notes, [
    { place: 'sshd_config:1', text: 'open there to every account, and here to every user of the gateway' },
  ])
})

test('a line that an earlier one may win over says which', async () => {
  const config = 'PermitOpen none\nMatch Address 10.0.0.0/8\nPermitOpen web1:443\nMatch Group dba\nPermitOpen db1:22\n'
  const { notes } = await imported(config)
  const note = notes.find(({ place }) => place === 'sshd_config:5')
  assert.match(note?.text ?? '', /not carried over; sshd_config:3 may win over it/)
})

/** Words that mean something to sshd, and some that look as if they did. */
const WORDS =
  'any none * !* *:* *:22 db1:22 db1:* web1:443 10.0.0.5:22 [fd00::6]:22 [::1]:22 localhost:22 10.0.0.0/8:22 tag:db:22 ' +
  'group:x:1 1.2:3 10:22 -:22 ..:22 a"b:1 [fe80::1%eth0]:22 alice bob ALICE al* !bob a@b alice@192.0.2.0/24 dba ' +
  'contractors -x user$ 192.0.2.0/24 10.* 0.0.0.0/0 ::/0 !10.0.0.0/8 yes no local'
const KEYWORDS =
  'PermitOpen,AllowTcpForwarding,AllowUsers,DenyUsers,AllowGroups,DenyGroups,PermitRootLogin,Match User,Match Group,' +
  'Match Address,Match Host,Match,Include,Banner,#'

test('whatever is written, what comes out is a policy whose tests pass, or a fault with its line', async () => {
  const word = fc.oneof(fc.constantFrom(...WORDS.split(' ')), fc.string({ maxLength: 8 }))
  const keyword = fc.constantFrom(...KEYWORDS.split(','))
  const line = fc
    .tuple(keyword, fc.array(word, { maxLength: 4 }))
    .map(([name, words]) => `${name} ${words.join(name.startsWith('Match') ? ',' : ' ')}`)
  let made = 0
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
      const policy = await imported(lines.join('\n')).catch((error: unknown) => {
        assert.ok(error instanceof SshdConfigFault, String(error))
        return undefined
      })
      if (policy === undefined) return
      compiled(policy.text, ['alice', 'bob', 'carol', 'root'])
      for (const { place = '', text } of policy.notes) assert.doesNotMatch(`${place} ${text}`, /[^\x20-\x7e’]/)
      made++
    }),
    { numRuns: 1500, examples: [[['Include valueOf']]] },
  )
  assert.ok(made > 300, 'most of them are configurations')
})

test('a configuration that sshd would not take is refused with its line', async () => {
  await assert.rejects(imported('Port 22\nMatch User\n'), {
    place: 'sshd_config:2',
    message: 'Match user has no argument',
  })
  await assert.rejects(imported('Match\n'), { place: 'sshd_config:1' })
  await assert.rejects(imported('Include x\n', { includes: { x: 'Include x\n' } }), {
    message: 'too many files include one another',
  })
})

function allows(policy: CompiledPolicy, user: string, at: string, source?: string): boolean {
  const [host = '', port] = at.split(':')
  const [address = ''] = ADDRESSES.get(host) ?? [host]
  const query = { user: { name: user }, destination: { address, port: Number(port) } }
  return decide(policy, source === undefined ? query : { ...query, source }).verdict === 'allow'
}

/** Accounts and groups that every Debian has, so that the real sshd knows them. */
const REAL = ['root', 'daemon', 'mail', 'games', 'nobody']
/** Accounts that sshd knows and the import is not told of. */
const UNTOLD = ['news', 'lp']
const SOURCES = ['192.0.2.7', '198.51.100.7']
const DESTINATIONS = ['db1:22', 'db1:5432', 'web1:443', '10.9.9.9:22', '10.9.9.9:5']
const CONFIGS = 32

test('whatever the configuration, sshd opens all that the policy opens, and where it says no more than the policy can, the same', {
  skip: existsSync(SSHD) && existsSync('/etc/debian_version') ? false : `needs Debian’s ${SSHD}`,
}, async () => {
  using directory = new TemporaryDirectory('import')
  const key = directory.file('key')
  await runCommand('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  const passwd = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .filter((line) => REAL.includes(line.split(':')[0] ?? ''))
  const people = passwd.map((line) => line.replace(/:[^:]*$/, ':/bin/sh')).join('\n')
  const groups = await readFile('/etc/group', 'utf8')
  const random = new SeededRandom(20_261_122)
  let opened = 0
  for (let number = 0; number < CONFIGS; number++) {
    const placed = number % 2 === 1
    // Parts that are included, one of them from within the other, wherever a line may stand.
    const parts = ['inner', 'outer'].map((name) => directory.file(`${name}.${number}`))
    const includes: Record<string, string> = {}
    for (const [depth, part] of parts.entries()) {
      includes[part] = randomConfig(random, placed, parts.slice(0, depth))
      await writeFile(part, includes[part])
    }
    const text = randomConfig(random, placed, parts)
    const path = directory.file(`sshd_config.${number}`)
    await writeFile(path, `HostKey ${key}\n${text}`)
    const made = await imported(text, { accounts: [people, groups], includes })
    const policy = compiled(made.text, [...REAL, ...UNTOLD])
    for (const user of [...REAL, ...UNTOLD]) {
      for (const source of SOURCES) {
        const { stdout, stderr, status } = await runCommand(SSHD, [
          '-T',
          '-f',
          path,
          '-C',
          `user=${user},addr=${source},host=${source},laddr=10.0.0.1,lport=22`,
        ])
        assert.equal(status, 0, `${stderr}\n${text}`)
        const effective = settingsOf(stdout.toString())
        for (const at of DESTINATIONS) {
          const theirs = letsIn(effective, user, source, groups, passwd) && sshdOpens(effective, at)
          const ours = allows(policy, user, at, source)
          const where = `${user} from ${source} to ${at}\n${JSON.stringify(includes)}\n${text}\n${made.text}`
          if (ours) assert.ok(theirs, `only the policy opens: ${where}`)
          else if (!placed && REAL.includes(user)) assert.ok(!theirs, `only sshd opens: ${where}`)
          if (ours) opened++
        }
      }
    }
  }
  assert.ok(opened > CONFIGS, 'the configurations open something')
})

function randomConfig(random: SeededRandom, placed: boolean, parts: readonly string[]): string {
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)] as T
  const openings = (): string =>
    pick([
      'any',
      'none',
      Array.from({ length: 1 + random.below(3) }, () =>
        pick(['db1:22', 'db1:5432', 'db1:*', 'web1:443', '10.9.9.9:*', '*:22']),
      ).join(' '),
    ])
  const users = (): string => pick(['root', 'daemon', 'mail', 'games', 'ma*', '*', '*,!mail', 'root,games'])
  const criterion = (): string =>
    pick([
      `User ${users()}`,
      `Group ${pick(['mail', 'games', 'nogroup', '*,!games', 'ga*'])}`,
      ...(placed
        ? [`Address ${pick(['192.0.2.0/24', '192.0.2.*', '*,!192.0.2.0/24', '198.51.100.7'])}`, 'LocalPort 22']
        : []),
      'All',
    ])
  const setting = (): string =>
    pick([
      `PermitOpen ${openings()}`,
      `PermitOpen ${openings()}`,
      `AllowTcpForwarding ${pick(['yes', 'no', 'local', 'remote'])}`,
      'DisableForwarding no',
      `AllowUsers ${pick(['mail games root', 'ma* daemon', '*', ...(placed ? ['mail@192.0.2.0/24 games'] : [])])}`,
      `DenyUsers ${pick(['mail', 'g*', 'nobody'])}`,
      `DenyGroups ${pick(['mail', 'nogroup'])}`,
      `PermitRootLogin ${pick(['yes', 'no', 'prohibit-password'])}`,
      `AllowGroups ${pick(['mail games root daemon', '*', 'ga* root'])}`,
    ])
  const lines: string[] = []
  for (let count = random.below(4); count > 0; count--) lines.push(setting())
  if (parts.length > 0 && random.below(3) === 0) lines.push(`Include ${pick(parts)}`, setting())
  for (let blocks = random.below(5); blocks > 0; blocks--) {
    const first = criterion()
    lines.push(`Match ${first}${first !== 'All' && random.below(4) === 0 ? ` User ${users()}` : ''}`)
    for (let count = 1 + random.below(3); count > 0; count--) lines.push(`  ${setting()}`)
    if (parts.length > 0 && random.below(3) === 0) lines.push(`  Include ${pick(parts)}`, `  ${setting()}`)
  }
  return `${lines.join('\n')}\n`
}

type Effective = ReadonlyMap<string, readonly string[]>

function settingsOf(output: string): Effective {
  const settings = new Map<string, string[]>()
  for (const line of output.split('\n')) {
    const [keyword = '', ...words] = line.split(' ')
    settings.set(keyword, [...(settings.get(keyword) ?? []), ...words])
  }
  return settings
}

function sshdOpens(effective: Effective, at: string): boolean {
  const [host, port] = at.split(':')
  if (effective.get('disableforwarding')?.[0] === 'yes') return false
  if (!['yes', 'local'].includes(effective.get('allowtcpforwarding')?.[0] ?? '')) return false
  const openings = effective.get('permitopen') ?? []
  if (openings[0] === 'any') return true
  return openings.some((opening) => {
    const [openHost, openPort] = opening.split(':')
    return (openHost === '*' || openHost === host) && (openPort === '*' || openPort === port)
  })
}

/** The lists of who may sign in, read the simple way; patterns of the configurations above alone. */
function letsIn(
  effective: Effective,
  user: string,
  source: string,
  groupText: string,
  passwd: readonly string[],
): boolean {
  const fits = (pattern: string, name: string): boolean =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name
  const userFits = (pattern: string): boolean => {
    const [name = '', place] = pattern.split('@')
    return fits(name, user) && (place === undefined || source.startsWith('192.0.2.'))
  }
  const lines = groupText.split('\n').map((line) => line.split(':'))
  const gid = passwd.find((line) => line.startsWith(`${user}:`))?.split(':')[3]
  const own = lines
    .filter(([, , id, members = '']) => id === gid || members.split(',').includes(user))
    .map(([name = '']) => name)
  // For accounts the import is not told of, nothing but what it opens is compared.
  if (gid === undefined) own.push(user)
  const groupFits = (pattern: string): boolean => own.some((group) => fits(pattern, group))
  const list = (keyword: string): readonly string[] => effective.get(keyword) ?? []
  if (user === 'root' && list('permitrootlogin')[0] === 'no') return false
  if (list('denyusers').some(userFits) || list('denygroups').some(groupFits)) return false
  if (list('allowusers').length > 0 && !list('allowusers').some(userFits)) return false
  return list('allowgroups').length === 0 || list('allowgroups').some(groupFits)
}
