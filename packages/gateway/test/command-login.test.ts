/** The `sallyport` command of somebody on another machine: signing in over HTTPS, and what it leaves behind. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer as createHttp, get } from 'node:http'
import { createServer as createTcp, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { CommandUser, freePort, type RunningCommand } from '@sallyport/testkit'
import { kernelLock } from '../src/state/kernel-lock.ts'
import { atConsole, fingerprintOf, known, serverOf } from './at-console.ts'
import { hasOpenSsh, TestGateway, until } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const flags = { 'listen.https': ['127.0.0.1:0'], 'penalties.enabled': false }

/** On a port that nobody is given while the gateway does not listen there. */
const onPortOfItsOwn = async () => ({ ...flags, 'listen.https': [`127.0.0.1:${await freePort()}`] })

/** Does at the console what the command asks for. */
async function approveCode(running: RunningCommand, browser: WebClient, approve = true): Promise<void> {
  const code = await running.says(/approve the code\n {2}(\S+)/)
  await browser.api.call('device.decide', { code, approve })
}

async function signIn(gate: TestGateway, user: CommandUser, browser: WebClient, more = ''): Promise<RunningCommand> {
  const running = user.start(`login --device ${known(gate)}${more}`)
  await approveCode(running, browser)
  assert.equal(await running.ended, 0, running.stderr)
  return running
}

function open(url: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    }).on('error', reject)
  })
}

test('login with a code: certificate in the agent, token in a file that nobody else reads, session in the list', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  using user = new CommandUser(gate.directory.file('home-laptop'))
  const running = await signIn(gate, user, browser)
  assert.match(running.stderr, /[█▀▄]{20}/, 'a QR code')
  assert.match(running.stderr, new RegExp(`\n {2}${serverOf(gate)}/device\n`))
  assert.match(
    running.stdout,
    new RegExp(
      `^signed in +to ${serverOf(gate)} as alice, member\nuntil +.*\ncertificate +until .*, in the ssh-agent\n$`,
    ),
  )
  assert.match(running.stderr, /^no `ssh` rule of the policy gives you a login: enrolled targets will refuse/m)
  assert.doesNotMatch(running.stdout + running.stderr, /sp[sd]_/)
  assert.equal(user.keysInAgent().filter((line) => line.startsWith('ssh-ed25519-cert-v01@openssh.com ')).length, 1)
  const folder = join(user.home, '.config/sallyport')
  const own = join(folder, `localhost_${new URL(serverOf(gate)).port}`)
  for (const file of [join(folder, 'profiles.json'), join(own, 'session.json'), join(own, 'id_ed25519-cert.pub')])
    assert.equal(statSync(file).mode & 0o777, 0o600, file)
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  assert.ok(!existsSync(join(own, 'id_ed25519')), 'the private key is with the agent alone')
  const { sessions } = await browser.api.call('me.show')
  assert.match(
    sessions.find(({ method }) => method === 'device')?.agent ?? '',
    new RegExp(`^sallyport/\\S+ on ${hostname()}$`),
  )

  const who = await user.run('whoami --json')
  assert.deepEqual(JSON.parse(who.stdout.toString()), {
    server: serverOf(gate),
    user: 'alice',
    display_name: '',
    role: 'member',
    factors: ['passkey'],
  })
  const inspected = JSON.parse((await user.run('cert inspect --json')).stdout.toString()) as Record<string, unknown>
  assert.match(String(inspected['key_id']), /^alice usr_[a-z2-7]{16} web_[a-z2-7]{16}$/)
  const listed = JSON.parse((await user.run('cert ls --json=serial')).stdout.toString()) as unknown
  assert.deepEqual(listed, [{ serial: Number(inspected['serial']) }])
  const status = await user.run('status')
  assert.match(
    status.stdout.toString(),
    /^gateway +https:.*\nsigned in +as alice, member\nuntil .*\ncertificate +until [^,]*\n$/,
  )
  const { events } = await gate.api.call('audit.search', { type: 'administration-refused' })
  assert.deepEqual(events, [], 'looking at one’s own status is nothing that is refused')
  const refused = await user.run('target ls')
  assert.equal(refused.status, 5)
  const doctor = await user.run('doctor')
  assert.match(
    doctor.stdout.toString(),
    /^✓ the gateway answers: its own checks are not yours: it takes one of: owner/m,
  )
  assert.equal(doctor.status, 0)
  assert.match(refused.stderr, /^ {2}fix {3}what you may reach is in the console, and in: ssh GATEWAY$/m)
})

test('status says of a certificate that was taken back that it opens nothing, and what to do', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  using user = new CommandUser(gate.directory.file('home-laptop'))
  await signIn(gate, user, browser)
  const { serial } = JSON.parse((await user.run('cert inspect --json=serial')).stdout.toString()) as { serial: string }
  await gate.api.call('certificate.revoke', { serial: Number(serial), reason: 'lost' })
  const revoked = await user.run('status')
  assert.match(
    revoked.stdout.toString(),
    /^certificate +revoked by @local:\S+ \(lost\), opens nothing; get another with: sallyport cert renew$/m,
    revoked.stderr,
  )
  const { certificate } = JSON.parse((await user.run('status --json')).stdout.toString()) as {
    certificate: { usable: boolean; revoked: { reason: string } | null }
  }
  assert.deepEqual([certificate.usable, certificate.revoked?.reason], [false, 'lost'])
  assert.equal((await user.run('cert renew')).status, 0)
  assert.match((await user.run('status')).stdout.toString(), /^certificate +until [^,]*$/m)
})

test('login again and cert renew leave one key in the agent; renew --if-needed leaves a fresh one alone', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  using user = new CommandUser(gate.directory.file('home-laptop'))
  await signIn(gate, user, browser)
  const before = user.keysInAgent()
  assert.equal(before.length, 2, 'the certificate and its key')
  assert.deepEqual(JSON.parse((await user.run('cert renew --if-needed --json=renewed')).stdout.toString()), {
    renewed: false,
  })
  assert.deepEqual(user.keysInAgent(), before)
  const renewed = await user.run('cert renew --ttl 1h')
  assert.match(renewed.stdout.toString(), /^a new certificate is valid until .* \(in (?:59m|1h)/, renewed.stderr)
  const after = user.keysInAgent()
  assert.equal(after.length, 2)
  assert.ok(after.every((line) => !before.includes(line)))
  // An agent that was started anew holds nothing.
  using other = new CommandUser(gate.directory.file('home-other'))
  const agent = { SSH_AUTH_SOCK: other.environment['SSH_AUTH_SOCK'] }
  const again = await user.run('cert renew --if-needed --json=renewed', { env: agent })
  assert.deepEqual(JSON.parse(again.stdout.toString()), { renewed: true })
  assert.equal(other.keysInAgent().length, 2)
})

test('login through the browser of this machine: the code goes to 127.0.0.1, and nothing else is heard', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  using user = new CommandUser(gate.directory.file('home-laptop'))
  // What stands for the person's browser writes down where it was sent.
  const script = join(user.home, 'browser')
  writeFileSync(script, `#!/bin/sh\nprintf %s "$1" > ${user.home}/opened\n`)
  chmodSync(script, 0o755)
  const running = user.start(`login ${known(gate)}`, { BROWSER: script })
  const shown = await running.says(/open\n {2}(\S+)/)
  // One that takes long to open is not waited for.
  await until(() => existsSync(join(user.home, 'opened')) && user.read('opened') === shown)
  const url = new URL(shown)
  assert.equal(`${url.origin}${url.pathname}`, `${serverOf(gate)}/cli`)
  const port = Number(url.searchParams.get('port'))
  const state = url.searchParams.get('state') ?? ''
  const challenge = url.searchParams.get('challenge') ?? ''
  const here = `http://127.0.0.1:${port}`
  assert.equal((await open(`${here}/?code=spd_x&state=${'x'.repeat(state.length)}`)).status, 400, 'another state')
  assert.equal((await open(`${here}/?code=spd_x&state=${state}&state=${state}`)).status, 400, 'a state twice')
  assert.equal((await open(`${here}/favicon.ico`)).status, 404)
  assert.equal(
    (await open(`${here}/?code=spd_x&state=${state}`, { host: 'evil.example' })).status,
    404,
    'DNS that points here',
  )
  const { redirect } = await browser.api.call('device.loopback-approve', { port, state, challenge })
  assert.match((await open(redirect)).body, /You are signed in/)
  assert.equal(await running.ended, 0, running.stderr)
  assert.match(running.stdout, /as alice, member/)
})

test('denial in the browser, a code that is denied, and Ctrl-C: clear texts and exit codes', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  using user = new CommandUser(gate.directory.file('home-laptop'))
  const code = user.start(`login --device ${known(gate)}`)
  await approveCode(code, browser, false)
  assert.equal(await code.ended, 5)
  assert.match(code.stderr, /error: the sign-in was denied in the browser {2}\[SP4008 sign-in\.denied\]/)

  const loopback = user.start(`login --browser --no-open ${known(gate)}`)
  const url = new URL(await loopback.says(/machine\n {2}(\S+)/))
  await open(
    `http://127.0.0.1:${url.searchParams.get('port')}/?error=access_denied&state=${url.searchParams.get('state')}`,
  )
  assert.equal(await loopback.ended, 5, loopback.stderr)

  const stopped = user.start(`login --device ${known(gate)}`)
  await stopped.says(/approve the code/)
  stopped.interrupt()
  assert.equal(await stopped.ended, 130)
  assert.equal((await user.run('whoami')).status, 4)
})

test('without an agent the key is a file of mode 0600; logout takes everything away and ends the session', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  using user = new CommandUser(gate.directory.file('home-laptop'), { agent: false })
  const running = await signIn(gate, user, browser)
  assert.match(running.stderr, /no ssh-agent runs here/)
  assert.match(running.stdout, /in files\n$/)
  const own = join(user.home, '.config/sallyport', `localhost_${new URL(serverOf(gate)).port}`)
  assert.equal(statSync(join(own, 'id_ed25519')).mode & 0o777, 0o600)
  const token = (JSON.parse(readFileSync(join(own, 'session.json'), 'utf8')) as { token: string }).token
  const out = await user.run('logout')
  assert.equal(out.stdout.toString(), `signed out of ${serverOf(gate)}\n`, out.stderr)
  for (const name of ['session.json', 'id_ed25519', 'id_ed25519.pub', 'id_ed25519-cert.pub'])
    assert.ok(!existsSync(join(own, name)), name)
  const stolen = new WebClient(gate)
  stolen.token = token
  await assert.rejects(stolen.api.call('me.show'), { reason: 'caller.unknown' })
  assert.equal((await user.run('logout')).stderr, 'nobody was signed in\n')
  const status = await user.run('status')
  assert.equal(status.status, 4)
  assert.equal(
    status.stderr,
    `error: you are not signed in to ${serverOf(gate)}  [SP4009 sign-in.needed]\n  fix   sallyport login --server ${serverOf(gate)}\n`,
  )
})

test('logout during a sign-in ends the session that this brings, and not only the one before', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  using user = new CommandUser(gate.directory.file('home-laptop'), { agent: false })
  using other = new CommandUser(gate.directory.file('home-other'), { agent: false })
  await signIn(gate, user, browser)
  await signIn(gate, other, browser)
  const folder = ({ home }: CommandUser) => join(home, '.config/sallyport', `localhost_${new URL(serverOf(gate)).port}`)
  const brought = readFileSync(join(folder(other), 'session.json'), 'utf8')
  const held = kernelLock(join(folder(user), 'lock'))
  const running = user.start('logout')
  await wait(2_000) // time in which it could have read the one before
  writeFileSync(join(folder(user), 'session.json'), brought)
  held?.[Symbol.dispose]()
  assert.equal(await running.ended, 0, running.stderr)
  const stolen = new WebClient(gate)
  stolen.token = (JSON.parse(brought) as { token: string }).token
  await assert.rejects(stolen.api.call('me.show'), { reason: 'caller.unknown' })
})

test('logout empties the agent, also where the gateway is gone', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  using user = new CommandUser(gate.directory.file('home-laptop'))
  await signIn(gate, user, browser)
  await gate.gateway.stop({ drainMs: 0 })
  const out = await user.run('logout --all')
  assert.equal(out.status, 0)
  assert.match(out.stderr, /was not told: .* cannot be reached/)
  assert.deepEqual(user.keysInAgent(), [])
})

test('a script signs in with a token from standard input or the environment, never with an argument', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate, 'alice', 'admin')
  const { token } = await browser.api.call('me.token-add', { name: 'ci', scopes: ['user:read', 'me'], seconds: 600 })
  using user = new CommandUser(gate.directory.file('home-ci'), { agent: false })
  const env = {
    SALLYPORT_SERVER: serverOf(gate),
    SALLYPORT_FINGERPRINT: fingerprintOf(gate),
    SALLYPORT_TOKEN: token,
  }
  const listed = await user.run('user ls --json=name', { env })
  assert.match(listed.stdout.toString(), /"alice"/, listed.stderr)
  const kept = await user.run(`login --token-stdin ${known(gate)}`, { input: `${token}\n` })
  assert.match(kept.stdout.toString(), /^signed in +to .* as alice, admin\n$/, kept.stderr)
  assert.match((await user.run('user ls')).stdout.toString(), /alice/)
  const refused = await user.run('target ls')
  assert.equal(refused.status, 5)
  assert.match(refused.stderr, /this token may not do this/)
  const wrong = await user.run(`login --token-stdin ${known(gate)}`, { input: 'hunter2\n' })
  assert.equal(wrong.status, 2)
  assert.doesNotMatch(wrong.stderr, /hunter2/)
  const foreign = await user.run(`login --token-stdin ${known(gate)}`, { input: `spt_${'x'.repeat(43)}\n` })
  assert.equal(foreign.status, 4)
})

test('a session that ended: exit 4, and what to type', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  using user = new CommandUser(gate.directory.file('home-laptop'))
  await signIn(gate, user, browser)
  await browser.api.call('me.session-end', { session: 'others' })
  for (const line of ['whoami', 'cert renew', 'status', 'mfa ls']) {
    const { status, stderr } = await user.run(line)
    assert.equal(status, 4, `${line}: ${stderr}`)
    assert.match(stderr, /sallyport login/, line)
  }
  const out = await user.run('logout')
  assert.deepEqual([out.stdout.toString(), out.stderr], [`signed out of ${serverOf(gate)}\n`, ''])
})

test('a certificate that nobody vouches for is believed once it was compared, and no other one after', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags: await onPortOfItsOwn() })
  const browser = await atConsole(gate)
  using user = new CommandUser(gate.directory.file('home-laptop'))
  const print = fingerprintOf(gate)
  const unasked = await user.run(`login --device --yes --server ${serverOf(gate)}`)
  assert.equal(unasked.status, 2, 'not even with --yes')
  assert.match(unasked.stderr, new RegExp(`SP4003 usage.confirmation-needed[\\s\\S]*--fingerprint ${print}`))
  const other = print.startsWith('00') ? print.replace(/^00/, '11') : print.replace(/^../, '00')
  const wrong = await user.run(`login --device --server ${serverOf(gate)} --fingerprint ${other}`)
  assert.equal(wrong.status, 7)
  assert.match(
    wrong.stderr,
    new RegExp(
      `SP4007 server.untrusted\\]\n {2}why {3}it shows a certificate with SHA-256 ${print}\n +expected was ${other}`,
    ),
  )
  assert.equal((await user.run('login --device --server localhost:1 --fingerprint abc')).status, 2)

  await signIn(gate, user, browser)
  const port = gate.gateway.webAddresses[0]?.port ?? 0
  await gate.gateway.stop({ drainMs: 0 })
  // Somebody else at the same address, who wants the token.
  const { createServer } = await import('node:https')
  const { selfSigned } = await import('../src/http/self-signed.ts')
  const { certificate, key } = await selfSigned(['localhost'], Date.now())
  let heard = 0
  const impostor = createServer({ cert: certificate, key }, (_, response) => {
    heard++
    response.end()
  })
  await new Promise<void>((resolve) => impostor.listen(port, '127.0.0.1', resolve))
  try {
    const { status, stderr } = await user.run('whoami')
    assert.equal(status, 7)
    assert.match(stderr, /error: this is not the https:\S+ that you signed in to before {2}\[SP4007/)
    assert.equal(heard, 0, 'no request was sent')
  } finally {
    impostor.closeAllConnections()
    impostor.close()
  }
})

test('on a terminal the fingerprint is shown and asked about; a yes is kept, a no sends nothing', {
  skip: skip || (existsSync('/usr/bin/script') ? false : 'needs script'),
}, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  using user = new CommandUser(gate.directory.file('home-laptop'))
  const print = fingerprintOf(gate)
  const no = user.onTerminal(`login --device --server ${serverOf(gate)}`)
  await no.says(new RegExp(`${print}[\\s\\S]*Is that what the gateway printed`))
  no.write('n')
  assert.equal(await no.ended, 7, no.stdout)
  assert.match(no.stdout, /nothing was sent/)
  const yes = user.onTerminal(`login --device --server ${serverOf(gate)}`)
  await yes.says(/Is that what the gateway printed/)
  yes.write('y')
  const code = await yes.says(/approve the code\r\n {2}([A-Z-]+)/)
  await browser.api.call('device.decide', { code, approve: true })
  assert.equal(await yes.ended, 0, yes.stdout)
  const kept = JSON.parse(user.read('.config/sallyport/profiles.json')) as { profiles: unknown }
  assert.deepEqual(kept.profiles, [{ server: serverOf(gate), fingerprint: print }])
  assert.equal((await user.run('whoami')).status, 0)
})

test('a server that is none: texts say what is there, exit 7', { skip }, async (t) => {
  await using gate = await TestGateway.start({ flags })
  using user = new CommandUser(gate.directory.file('home-laptop'), { agent: false })
  const dead = await freePort()
  const refusedBy = await user.run(`login --server https://localhost:${dead}`)
  assert.equal(refusedBy.status, 7)
  assert.match(
    refusedBy.stderr,
    new RegExp(`cannot be reached {2}\\[SP1008[^\\n]*\n {2}why {3}nothing listens on localhost:${dead}`),
  )
  const unnamed = await user.run('login --server https://gateway.invalid')
  assert.equal(unnamed.status, 7)
  assert.match(unnamed.stderr, /“gateway\.invalid”/)
  const http = createHttp((_, response) => response.end('hello'))
  t.after(() => http.close())
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as { port: number }
  const plain = await user.run(`login --server https://127.0.0.1:${port}`)
  assert.deepEqual([plain.status, /does not speak TLS/.test(plain.stderr)], [7, true], plain.stderr)
  const held: Socket[] = []
  const silent = createTcp((socket) => void held.push(socket))
  t.after(() => {
    for (const socket of held) socket.destroy()
    silent.close()
  })
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port: mute } = silent.address() as { port: number }
  const waited = await user.run(`login --timeout 1 --server https://127.0.0.1:${mute}`)
  assert.equal(waited.status, 7)
  assert.match(waited.stderr, /did not answer within 1 s/)
  assert.equal((await user.run('login')).status, 2)
  assert.equal((await user.run('whoami')).status, 4)
  assert.equal((await user.run(`whoami --server ${serverOf(gate)} --local`)).status, 2)
})

test('one-time codes are set up with a code through a pipe, listed and removed', { skip }, async () => {
  const { TOTP } = await import('otpauth')
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  using user = new CommandUser(gate.directory.file('home-laptop'))
  await signIn(gate, user, browser)
  const running = user.start('mfa add totp')
  const secret = await running.says(/into it\n {2}([A-Z2-7]+)\n/)
  running.write(`${new TOTP({ secret }).generate()}\n`)
  assert.equal(await running.ended, 0, running.stderr)
  const kinds = (await user.run('mfa ls --json=kind')).stdout.toString()
  assert.deepEqual(JSON.parse(kinds), [{ kind: 'passkey' }, { kind: 'totp' }, { kind: 'recovery-codes' }])
  assert.equal((await user.run('mfa rm totp')).status, 2, 'it asks')
  assert.equal((await user.run('mfa rm totp --yes')).status, 0)
  const codes = await user.run('mfa recovery-codes --yes')
  assert.equal(codes.stdout.toString().trim().split('\n').length, 10)
  const passkey = await user.run('mfa add passkey --no-open')
  assert.equal(passkey.stdout.toString(), `${serverOf(gate)}/me\n`)
})

test('tokens are made, listed and taken back', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate, 'alice', 'admin')
  using user = new CommandUser(gate.directory.file('home-laptop'))
  await signIn(gate, user, browser)
  const made = await user.run('token create ci --scope user:read --ttl 1h')
  assert.match(made.stdout.toString(), /^spt_[A-Za-z0-9_-]{43}\n$/, made.stderr)
  const env = { SALLYPORT_TOKEN: made.stdout.toString().trim() }
  assert.equal((await user.run('user ls', { env })).status, 0)
  const [row] = JSON.parse((await user.run('token ls --json=id,name')).stdout.toString()) as {
    id: string
    name: string
  }[]
  assert.equal(row?.name, 'ci')
  assert.equal((await user.run(`token revoke ${row?.id} --yes`)).status, 0)
  assert.equal((await user.run('user ls', { env })).status, 4)
})

test('who signs in while another command writes its gateway down loses neither of the two', { skip }, async () => {
  await using gate = await TestGateway.start({ flags })
  const browser = await atConsole(gate)
  using user = new CommandUser(gate.directory.file('home-laptop'))
  const folder = join(user.home, '.config/sallyport')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const held = kernelLock(join(folder, 'lock'))
  const running = user.start(`login --device ${known(gate)}`)
  await approveCode(running, browser)
  // The other one is in the middle of its work.
  const other = { server: 'https://other.example.com:8443', fingerprint: null }
  await Promise.race([running.ended, wait(3000)])
  writeFileSync(join(folder, 'profiles.json'), JSON.stringify({ current: other.server, profiles: [other] }))
  held?.[Symbol.dispose]()
  assert.equal(await running.ended, 0, running.stderr)
  const { current, profiles } = JSON.parse(readFileSync(join(folder, 'profiles.json'), 'utf8')) as {
    current: string
    profiles: { server: string }[]
  }
  assert.equal(current, serverOf(gate))
  assert.deepEqual(
    profiles.map(({ server }) => server),
    [other.server, serverOf(gate)],
  )
})
