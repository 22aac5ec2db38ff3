/**
 * Nobody copies keys: an identity provider, the `sallyport` command, a real ssh-agent, stock ssh through the gateway to a
 * sshd that holds no keys and believes the authority alone; and every way in which that is over.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import type { TestAccount } from '@sallyport/identity/testing/provider'
import { CommandUser, type RunningCommand, Sshd } from '@sallyport/testkit'
import { known, serverOf } from './at-console.ts'
import { OidcBrowser } from './oidc-browser.ts'
import { apiOf, withProviders } from './oidc-gateway.ts'
import { hasOpenSsh, RunningSsh, type TestGateway, until } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() && existsSync('/usr/bin/ssh-agent') ? false : 'needs ssh, sshd and ssh-agent'
/** A sshd that root does not run lets nobody else in. */
const LOGIN = userInfo().username
const ALICE: TestAccount = {
  sub: 'a-1',
  email: 'alice@example.com',
  email_verified: true,
  groups: ['Data Base'],
}
const POLICY = JSON.stringify({
  tagOwners: { 'tag:db': [] },
  groups: { 'group:dba': [] },
  acls: [{ action: 'accept', src: ['group:dba'], dst: ['tag:db:*'] }],
  ssh: [{ action: 'accept', src: ['group:dba'], dst: ['tag:db'], users: [LOGIN] }],
})
const NINE_HOURS_S = 9 * 60 * 60
/** Certificates begin that much earlier, for clocks that are behind. */
const SKEW_S = 60
/** Within this time what was taken back must not work, in milliseconds. */
const TAKEN_BACK_MS = 5000

/** A gateway with a provider, and a target behind it that believes the gateway's authority and nothing else. */
async function place(flags: Record<string, unknown> = {}) {
  const work = { auto_join: true, groups: { 'Data Base': 'dba' } }
  await using started = new AsyncDisposableStack()
  const { gate, work: provider } = started.use(
    await withProviders({ policy: POLICY, work, flags: { 'penalties.enabled': false, ...flags } }),
  )
  const sshd = started.use(await Sshd.start({ config: ['ExposeAuthInfo yes'] }))
  await gate.api.call('target.add', {
    name: 'db1',
    address: '127.0.0.1',
    port: sshd.port,
    tags: ['tag:db'],
    host_keys: [...sshd.hostKeys],
  })
  await sshd.enrol(await gate.api.call('target.enrol', { target: 'db1', names: [] }))
  assert.equal(readFileSync(sshd.directory.file('authorized_keys'), 'utf8'), '', 'no keys of anybody')
  provider.account = ALICE
  const all = started.move()
  return { gate, provider, sshd, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

/** Follows the provider's redirects to the console, and says yes there to the command that waits. */
async function throughBrowser(gate: TestGateway, running: RunningCommand): Promise<OidcBrowser> {
  const shown = new URL(await running.says(/machine\n {2}(\S+)/))
  const browser = new OidcBrowser(gate)
  const back = await browser.signIn('work', `?next=${encodeURIComponent(shown.pathname + shown.search)}`)
  assert.match(back.body, /content="0;url=\/cli\?/, 'the console goes on with the page that the command opened')
  const asked = shown.searchParams
  const { redirect } = await apiOf(gate, browser).call('device.loopback-approve', {
    port: Number(asked.get('port')),
    state: asked.get('state') ?? '',
    challenge: asked.get('challenge') ?? '',
  })
  assert.match(await fetched(redirect), /You are signed in/)
  return browser
}

async function signIn(gate: TestGateway, user: CommandUser, more = ''): Promise<RunningCommand> {
  const running = user.start(`login --browser --no-open ${known(gate)}${more}`)
  await throughBrowser(gate, running)
  assert.equal(await running.ended, 0, running.stderr)
  return running
}

/** Signed in, and `ssh` set up. */
async function atWork(gate: TestGateway, name: string, more = ''): Promise<CommandUser> {
  const user = new CommandUser(gate.directory.file(`home-${name}`), { agent: more === '' })
  try {
    await signIn(gate, user, more)
    const written = await user.run('ssh-config --write')
    assert.equal(written.status, 0, written.stderr)
    return user
  } catch (error) {
    user[Symbol.dispose]()
    throw error
  }
}

function fetched(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve(body))
    }).on('error', reject)
  })
}

/** What `ssh-keygen -L` says of the only certificate in the agent. */
function certificateInAgent(user: CommandUser) {
  const lines = user.keysInAgent().filter((line) => line.startsWith('ssh-ed25519-cert-v01@openssh.com '))
  assert.equal(lines.length, 1)
  const file = join(user.home, 'from-agent.pub')
  writeFileSync(file, `${lines[0]}\n`)
  const said = execFileSync('ssh-keygen', ['-L', '-f', file], { encoding: 'utf8', env: user.environment })
  const field = (name: string) => new RegExp(`^ {8}${name}: (.*)$`, 'm').exec(said)?.[1]?.trim() ?? ''
  const list = (name: string) => {
    const text = new RegExp(`^ {8}${name}: *\\n((?: {16}.*\\n)*)`, 'm').exec(said)?.[1] ?? ''
    return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
  }
  const [from = '', to = ''] = (/from (\S+) to (\S+)/.exec(field('Valid')) ?? []).slice(1)
  return {
    type: field('Type'),
    keyId: field('Key ID').replaceAll('"', ''),
    serial: field('Serial'),
    seconds: (Date.parse(`${to}Z`) - Date.parse(`${from}Z`)) / 1000,
    endsAt: Date.parse(`${to}Z`),
    principals: list('Principals'),
    critical: field('Critical Options'),
    extensions: list('Extensions'),
  }
}

const jump = ['-J', 'sallyport', `${LOGIN}@db1`]
/** Straight to the target, with no gateway in between. */
const straight = ['-o', 'ProxyJump=none', '-o', 'HostName=127.0.0.1', '-o', 'HostKeyAlias=db1', `${LOGIN}@db1`]

async function holding(user: CommandUser): Promise<RunningSsh> {
  const running = new RunningSsh(['-F', join(user.home, '.ssh/config'), ...jump, 'echo up; cat'], user.environment)
  await running.said('up')
  return running
}

/** Milliseconds from when something was taken back until an ssh that holds a session has ended with 255, and said why where the gateway tells it. */
async function endOf(running: RunningSsh, why: RegExp | undefined, take: () => Promise<unknown>): Promise<number> {
  await take()
  const started = Date.now()
  assert.equal(await running.exited, 255, running.stderr)
  if (why !== undefined) assert.match(running.stderr, why)
  return Date.now() - started
}

async function getsIn(user: CommandUser, sshd: Sshd): Promise<void> {
  const { stdout, stderr } = await user.ssh([...jump, 'echo in'])
  assert.equal(stdout.toString(), 'in\n', stderr + sshd.log)
}

async function isRefused(user: CommandUser, text: RegExp, way = jump): Promise<void> {
  const { status, stdout, stderr } = await user.ssh([...way, 'echo in'])
  assert.deepEqual([status, stdout.toString()], [255, ''], stderr)
  assert.match(stderr, text)
}

void suite('certificates from an identity provider', { skip }, () => {
  void test('login puts a certificate into the agent that says who, from which session, for how long and for what; ssh goes through', async () => {
    await using all = await place()
    const { gate, sshd } = all
    using user = new CommandUser(gate.directory.file('home-alice'))
    assert.deepEqual(user.keysInAgent(), [])
    const running = await signIn(gate, user)
    assert.match(
      running.stdout,
      new RegExp(
        `^signed in +to ${serverOf(gate)} as alice@example\\.com, member\nuntil .*\ncertificate +until .*, in the ssh-agent\nlogins +root@tag:db\n$`,
      ),
    )
    const { id } = await gate.api.call('user.show', { user: 'alice@example.com' })
    const { token } = JSON.parse(
      user.read('.config/sallyport', `localhost_${new URL(serverOf(gate)).port}`, 'session.json'),
    ) as { token: string }
    const command = new WebClient(gate)
    command.token = token
    const session = (await command.api.call('me.show')).sessions.find(({ current }) => current)?.id ?? ''
    assert.match(session, /^web_/)
    const { seconds, endsAt, serial, ...certificate } = certificateInAgent(user)
    assert.deepEqual(certificate, {
      type: 'ssh-ed25519-cert-v01@openssh.com user certificate',
      keyId: `alice@example.com ${id} ${session}`,
      principals: [id, 'alice@example.com', `${LOGIN}@tag:db`],
      critical: '(none)',
      extensions: [
        'permit-X11-forwarding',
        'permit-agent-forwarding',
        'permit-port-forwarding',
        'permit-pty',
        'permit-user-rc',
      ],
    })
    assert.equal(seconds, NINE_HOURS_S + SKEW_S)
    const left = (endsAt - Date.now()) / 1000
    assert.ok(left > NINE_HOURS_S - 60 && left <= NINE_HOURS_S, `${left} s`)

    const written = await user.run('ssh-config --write')
    assert.equal(written.status, 0, written.stderr)
    const { stdout, stderr } = await user.ssh([...jump, 'id -un; cat "$SSH_USER_AUTH"'])
    assert.match(
      stdout.toString(),
      new RegExp(`^${LOGIN}\npublickey ssh-ed25519-cert-v01@openssh\\.com `),
      stderr + sshd.log,
    )
    // The target’s own log says who it was.
    await sshd.logs(
      new RegExp(
        `Accepted publickey for ${LOGIN} .*ED25519-CERT .* ID alice@example\\.com ${id} ${session} \\(serial ${serial}\\)`,
      ),
    )
    const other = LOGIN === 'root' ? 'nobody' : 'root'
    assert.equal((await user.ssh(['-J', 'sallyport', `${other}@db1`, 'echo in'])).status, 255, 'as nobody else')
  })

  void test('the same with a code, approved in a browser elsewhere that the provider signed in', async () => {
    await using all = await place()
    const { gate, sshd } = all
    using user = new CommandUser(gate.directory.file('home-alice'))
    const running = user.start(`login --device ${known(gate)}`)
    const code = await running.says(/approve the code\n {2}(\S+)/)
    const browser = new OidcBrowser(gate)
    assert.equal((await browser.signIn('work')).status, 200)
    await apiOf(gate, browser).call('device.decide', { code, approve: true })
    assert.equal(await running.ended, 0, running.stderr)
    assert.match(certificateInAgent(user).keyId, /^alice@example\.com usr_\w+ web_\w+$/)
    assert.equal((await user.run('ssh-config --write')).status, 0)
    await getsIn(user, sshd)
  })

  void test('when a certificate has ended it opens nothing: not the gateway, not the target by itself, not a session that is open', async () => {
    await using all = await place({ 'https.session_limit': '40s' })
    const { gate, sshd } = all
    using agent = await atWork(gate, 'agent')
    await using running = await holding(agent)
    const endedAt = running.exited.then(() => Date.now())
    const { endsAt } = certificateInAgent(agent)
    using files = await atWork(gate, 'files', ' --no-agent')
    await getsIn(files, sshd)
    // While it lasts: the sign-in of this one ends a moment after that of the other.
    const { signed_in_until } = JSON.parse((await files.run('status --json=signed_in_until')).stdout.toString()) as {
      signed_in_until: string
    }
    // The key of this one is a file, which ends with nothing: it is the certificate that no longer counts.
    const folder = join(files.home, '.config/sallyport', `localhost_${new URL(serverOf(gate)).port}`)
    const key = ['-i', join(folder, 'id_ed25519'), '-o', `CertificateFile=${join(folder, 'id_ed25519-cert.pub')}`]
    const { stdout, stderr } = await files.ssh([...key, ...straight, 'echo in'])
    assert.equal(stdout.toString(), 'in\n', stderr + sshd.log)
    assert.equal(await running.exited, 255, running.stderr)
    const late = (await endedAt) - endsAt
    assert.match(running.stderr, /SP2512 session\.certificate-expired: .*sign in again: sallyport login/)
    assert.ok(late >= 0 && late < TAKEN_BACK_MS, `${late} ms`)
    await until(() => agent.keysInAgent().length === 0)
    // Until then ssh gets another certificate by itself, and may.
    await until(() => Date.now() > Date.parse(signed_in_until), 60_000)
    await isRefused(files, /Permission denied \(publickey\)/, [...key, ...jump])
    await isRefused(files, /Permission denied/, [...key, ...straight])
    await sshd.logs(/[Cc]ertificate (?:invalid: )?expired/)
    for (const line of ['cert renew', 'cert renew --if-needed', 'whoami', 'status']) {
      const { status, stderr } = await files.run(line)
      assert.equal(status, 4, `${line}: ${stderr}`)
      assert.match(
        stderr,
        new RegExp(
          `^error: your sign-in to ${serverOf(gate)} has ended {2}\\[SP4009 sign-in\\.needed\\]\n {2}why {3}its time was over, .*\n {2}fix {3}sallyport login --server ${serverOf(gate)}\n$`,
        ),
        line,
      )
    }
  })

  void test('a revoked certificate: the gateway refuses it at once and ends what it opened, the target with the next list', async () => {
    await using all = await place()
    const { gate, sshd } = all
    using user = await atWork(gate, 'alice')
    using admin = new CommandUser(gate.directory.file('home-admin'), { agent: false })
    const local = `--state ${gate.stateDirectory}`
    const { serial } = certificateInAgent(user)
    await using running = await holding(user)
    const took = await endOf(running, /SP2513 session\.certificate-revoked: /, async () => {
      const revoked = await admin.run(`cert revoke ${serial} --reason lost --yes ${local}`)
      assert.equal(revoked.stdout.toString(), `certificate ${serial} was revoked\n`, revoked.stderr)
    })
    assert.ok(took < TAKEN_BACK_MS, `${took} ms`)
    await isRefused(user, /Permission denied \(publickey\)/)
    assert.equal((await user.ssh([...straight, 'echo in'])).stdout.toString(), 'in\n', 'the target has not heard of it')
    const list = await admin.run(`ca krl --out ${sshd.directory.file('sallyport_revoked_keys')} ${local}`)
    assert.equal(list.status, 0, list.stderr)
    await isRefused(user, /Permission denied/, straight)
    await sshd.logs(/revoked/)
    const renewed = await user.run('cert renew')
    assert.match(renewed.stdout.toString(), /^a new certificate is valid until /, renewed.stderr)
    await getsIn(user, sshd)
  })

  void test('somebody who was disabled: live sessions end within 5 s, and no new one begins, with certificate, session or provider', async () => {
    await using all = await place()
    const { gate } = all
    using user = await atWork(gate, 'alice')
    using admin = new CommandUser(gate.directory.file('home-admin'), { agent: false })
    await using running = await holding(user)
    const took = await endOf(running, /SP2502 session\.user-disabled: your account was disabled/, async () => {
      const disabled = await admin.run(`user disable alice@example.com --state ${gate.stateDirectory}`)
      assert.equal(disabled.status, 0, disabled.stderr)
    })
    assert.ok(took < TAKEN_BACK_MS, `${took} ms`)
    await isRefused(user, /Permission denied \(publickey\)/)
    const renewed = await user.run('cert renew')
    assert.equal(renewed.status, 4)
    assert.match(renewed.stderr, /error: your sign-in to https:\S+ has ended {2}\[SP4009 sign-in\.needed\]/)
    const again = user.start(`login --browser --no-open ${known(gate)}`)
    await again.says(/machine\n {2}(\S+)/)
    const browser = new OidcBrowser(gate)
    const answer = await browser.signIn('work')
    assert.equal(answer.status, 403)
    assert.match(answer.body, /Not signed in/)
    await assert.rejects(
      apiOf(gate, browser).call('device.loopback-approve', {
        port: 4711,
        state: 's'.repeat(22),
        challenge: 'c'.repeat(43),
      }),
      { reason: 'caller.unknown' },
    )
    again.interrupt()
    assert.equal(await again.ended, 130)
  })

  void test('a group that the provider vouches for no more: at the next sign-in the way is shut and the open session ends', async () => {
    await using all = await place()
    const { gate, provider, sshd } = all
    using user = await atWork(gate, 'alice')
    await getsIn(user, sshd)
    await using running = await holding(user)
    provider.account = { ...ALICE, groups: ['Somebody Else'] }
    await getsIn(user, sshd)
    const took = await endOf(running, undefined, async () => {
      assert.equal((await new OidcBrowser(gate).signIn('work')).status, 200)
    })
    assert.ok(took < TAKEN_BACK_MS, `${took} ms`)
    await isRefused(
      user,
      /administratively prohibited: SP2103 policy\.denied: the policy does not let you reach this \(db1 /,
    )
    assert.match(
      (await user.ssh(['sallyport'])).stdout.toString(),
      /^Hello alice@example\.com\./,
      'they are still somebody',
    )
    assert.equal((await user.run('cert renew')).status, 0)
    assert.deepEqual(
      certificateInAgent(user).principals.filter((each) => each.includes('@tag:')),
      [],
      'and nobody at the target by itself',
    )
  })
})
