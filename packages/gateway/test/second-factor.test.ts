/** Second factors at the SSH door: Debian's ssh, approvals over HTTPS with a passkey in software, one-time codes. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { connectSsh } from '@sallyport/ssh'
import { formatPublicKey } from '@sallyport/ssh/keys'
import { securityKey } from '@sallyport/ssh/testing'
import { CODE, checking, decide, demanding, flags, GRANTS, given, refused, skip, TAGS, withCodes } from './asked-way.ts'
import { PtySsh } from './pty-ssh.ts'
import { TestGateway, until } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

test('ssh waits at sign-in, the browser approves, ssh goes on; within the period nobody is asked again', {
  skip,
}, async () => {
  const { gate, browser, config } = await given(checking('1h'))
  await using _ = gate
  await using ssh = new PtySsh(config(), ['-J', 'gate', 'db', 'echo', 'arrived'])
  const [, code = ''] = await ssh.shows(CODE)
  await ssh.shows(/Waiting for your approval/)
  const shown = await browser.api.call('approval.show', { code })
  assert.deepEqual([shown.code, shown.state, shown.source, shown.target], [code, 'pending', '127.0.0.1', null])
  assert.match(shown.client, /OpenSSH/)
  assert.equal((await decide(browser, code)).state, 'approved')
  await ssh.shows(/arrived/)
  assert.equal(await ssh.exited, 0)
  const types = (await gate.events()).map(({ type }) => type)
  for (const type of ['check-asked', 'check-passed']) assert.ok(types.includes(type), type)
  const [signedIn] = (await gate.events('authentication-succeeded')).slice(-1)
  assert.deepEqual(signedIn?.data['factors'], ['key', 'passkey'])

  const again = await gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'echo again'])
  assert.equal(again.stdout.toString(), 'again\n', again.stderr)
  await gate.restart(flags)
  const after = await gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'echo again'])
  assert.equal(after.stdout.toString(), 'again\n', `a restart forgets nothing: ${after.stderr}`)
  assert.equal((await gate.events('check-asked')).length, 1)
})

test('a denial ends ssh with a clear text and status 255, and that address waits before it may ask again', {
  skip,
}, async () => {
  const { gate, browser, config } = await given(checking('1h'))
  await using _ = gate
  await using ssh = new PtySsh(config(), ['gate'])
  const [, code = ''] = await ssh.shows(CODE)
  const denied = performance.now()
  assert.equal((await decide(browser, code, 'deny')).state, 'denied')
  assert.equal(await ssh.exited, 255)
  assert.match(ssh.shown, /SP2122 check\.denied: this login was denied in the browser/)
  await assert.rejects(decide(browser, code), refused('approval.over'))

  await using second = new PtySsh(config(), ['gate'])
  assert.equal(await second.exited, 255)
  const [, left] = /SP2124 check\.busy: .*: (\d+) s/.exec(second.shown) ?? []
  const passed = (performance.now() - denied) / 1000
  assert.ok(
    Number(left) <= 60 && Number(left) >= Math.floor(60 - passed),
    `${left} s left of a minute, ${passed} s later`,
  )
  const reasons = (await gate.events('check-refused')).map(({ data }) => data['reason'])
  assert.deepEqual(reasons, ['denied', 'check.busy'])
  assert.deepEqual(await gate.events('authentication-succeeded'), [])
})

test('who is not approved in time is told so, and the wait is longer than the login grace allows strangers', {
  skip,
}, async () => {
  const { gate, browser, config } = await given(checking('1h'), {
    flags: { 'ssh.approval_timeout': '10s', 'ssh.login_grace': '6s' },
  })
  await using _ = gate
  await using ssh = new PtySsh(config(), ['gate'])
  const [, code = ''] = await ssh.shows(CODE)
  assert.equal(await ssh.exited, 255)
  assert.match(ssh.shown, /SP2123 check\.timeout: nobody approved this login in time/)
  await assert.rejects(browser.api.call('approval.show', { code }), refused('approval.not-found'))
  const [refusal] = await gate.events('check-refused')
  assert.equal(refusal?.data['reason'], 'check.timeout')
})

test('a client that asks nobody is refused at once, with what to do', { skip }, async () => {
  const { gate, config } = await given(checking('1h'))
  await using _ = gate
  for (const more of ['  BatchMode yes', '  BatchMode no\n  PreferredAuthentications publickey']) {
    const began = Date.now()
    const { status, stderr } = await gate.ssh(config(more), ['-J', 'gate', 'db', 'true'])
    assert.equal(status, 255)
    assert.ok(Date.now() - began < 20_000)
    assert.match(stderr, /This login needs a second factor \(https:\/\/localhost:\d+\)/)
    assert.match(stderr, /A program that cannot be asked gets in after you did once from a terminal here\./)
    assert.match(stderr, /Permission denied \(keyboard-interactive\)/)
  }
  await until(async () => (await gate.events('check-refused')).length === 2)
  assert.deepEqual(
    (await gate.events('check-refused')).map(({ data }) => data['reason']),
    ['left', 'left'],
  )
  assert.deepEqual(await gate.events('penalty-applied'), [])
})

test('V-F08 a one-time code typed in the terminal lets in once; wrong ones end it and cost only that network’s codes', {
  skip,
}, async () => {
  const { gate, browser, config } = await given(checking('always'))
  await using _ = gate
  const totp = await withCodes(browser)
  await using ssh = new PtySsh(config(), ['gate'])
  await ssh.shows(/or type a one-time code: /)
  const code = totp.generate()
  ssh.type(`${code}\n`)
  assert.equal(await ssh.exited, 0)
  assert.match(ssh.shown, /Hello alice/)
  const [passed] = await gate.events('check-passed')
  assert.equal(passed?.data['method'], 'totp')

  await using again = new PtySsh(config(), ['gate'])
  await again.shows(/or type a one-time code: /)
  for (const typed of [code, '000000', 'x']) {
    again.type(`${typed}\n`)
    if (typed !== 'x')
      await again.shows(typed === code ? /used before\.[^]*code: $/ : /used before\.[^]*used before\.[^]*code: $/)
  }
  assert.equal(await again.exited, 255)
  assert.match(again.shown, /SP2126 check\.wrong-code/)

  // V-F11: the passkey works all the same.
  await using third = new PtySsh(config(), ['gate'])
  const [, page = ''] = await third.shows(CODE)
  await third.shows(/code: $/)
  await decide(browser, page)
  third.type('\n')
  assert.equal(await third.exited, 0)
})

test('a way that asks, among ways that do not, names the page; whoever comes again waits for the answer there', {
  skip,
}, async () => {
  const { gate, browser, config } = await given(checking('1h'), { web: true })
  await using _ = gate
  const first = await gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'echo arrived'])
  assert.equal(first.status, 255)
  assert.match(
    first.stderr,
    /SP2121 check\.due: this needs your approval in a browser \(db port \d+\); approve it, then connect again: https:/,
  )
  const [, code = ''] = CODE.exec(first.stderr) ?? []
  const waiting = gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'echo arrived'])
  const { approvals } = await browser.api.call('approval.list')
  assert.deepEqual(
    approvals.map((each) => [each.code, each.target]),
    [[code, 'db']],
  )
  await until(() => gate.log.some((line) => line.includes('a way waits for an approval')))
  await decide(browser, code)
  const { stdout, stderr } = await waiting
  assert.equal(stdout.toString(), 'arrived\n', stderr)
  const again = await gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'echo again'])
  assert.equal(again.stdout.toString(), 'again\n', again.stderr)
  assert.equal((await gate.events('check-asked')).length, 1)
})

test('a check that holds for its connection alone opens one way, and asks again', { skip }, async () => {
  const { gate, browser, config } = await given(checking('always'), { web: true })
  await using _ = gate
  const jump = () => gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'echo arrived'])
  const [, code = ''] = CODE.exec((await jump()).stderr) ?? []
  await decide(browser, code)
  assert.equal((await jump()).stdout.toString(), 'arrived\n')
  const [, next = ''] = CODE.exec((await jump()).stderr) ?? []
  assert.notEqual(next, code)
  const denied = jump()
  // Signed in is not yet there: who came after the denial would be told to wait before asking again.
  await until(() => gate.log.some((line) => line.includes('a way waits for an approval')))
  await decide(browser, next, 'deny')
  assert.match((await denied).stderr, /SP2122 check\.denied/)
})

test('a shorter period of a new policy asks those whose check is older', { skip }, async () => {
  const { gate, browser, config } = await given(checking('1h'), { web: true })
  await using _ = gate
  const jump = () => gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'echo arrived'])
  await decide(browser, CODE.exec((await jump()).stderr)?.[1] ?? '')
  assert.equal((await jump()).stdout.toString(), 'arrived\n')
  assert.equal((await jump()).stdout.toString(), 'arrived\n')
  await gate.api.call('policy.apply', { text: checking('always'), message: 'stricter', allow_lockout: true })
  assert.match((await jump()).stderr, /SP2121 check\.due/)
})

test('V-E17 somebody else’s login is not there, whatever the role, and a token cannot stand in for its owner', {
  skip,
}, async () => {
  const { gate, browser, config } = await given(checking('1h'))
  await using _ = gate
  await gate.api.call('user.add', { name: 'mallory', role: 'admin' })
  const { url } = await gate.api.call('user.invite', { user: 'mallory' })
  const mallory = new WebClient(gate)
  await mallory.join(url)
  await using ssh = new PtySsh(config(), ['gate'])
  const [, code = ''] = await ssh.shows(CODE)
  assert.deepEqual((await mallory.api.call('approval.list')).approvals, [])
  for (const act of [
    () => mallory.api.call('approval.show', { code }),
    () => mallory.api.call('approval.begin', { code }),
    () => decide(mallory, code),
    () => decide(mallory, code, 'deny'),
  ])
    await assert.rejects(act(), refused('approval.not-found'))
  await assert.rejects(gate.api.call('approval.show', { code }), refused('caller.unknown'))
  const { token } = await browser.api.call('me.token-add', { name: 'all', scopes: ['*'], seconds: 600 })
  const script = new WebClient(gate)
  script.token = token
  await assert.rejects(script.api.call('approval.show', { code }), refused('caller.unknown'))
  await assert.rejects(decide(script, code, 'deny'), refused('caller.unknown'))

  // Mallory's passkey is no answer to what was asked of Alice, nor is one that she gave for something else.
  const { ceremony, options } = await browser.api.call('approval.begin', { code })
  const foreign = { ...mallory.authenticator.get(options as never) }
  const attempt = { code, decision: 'approve', ceremony, response: foreign } as const
  await assert.rejects(browser.api.call('approval.decide', attempt), refused('passkey.refused'))
  const other = await browser.api.call('auth.passkey-begin')
  const response = { ...browser.authenticator.get(other.options as never) }
  await assert.rejects(
    browser.api.call('approval.decide', { code, decision: 'approve', ceremony: other.ceremony, response }),
    refused('passkey.refused'),
  )
  assert.equal((await browser.api.call('approval.show', { code })).state, 'pending')
  await decide(browser, code)
  assert.equal(await ssh.exited, 0)
})

test('V-F07 an answer given for one login approves no other', { skip }, async () => {
  const { gate, browser, config } = await given(checking('always'))
  await using _ = gate
  await using one = new PtySsh(config(), ['gate'])
  const [, first = ''] = await one.shows(CODE)
  await using two = new PtySsh(config(), ['gate'])
  const [, second = ''] = await two.shows(CODE)
  const { ceremony, options } = await browser.api.call('approval.begin', { code: first })
  const response = { ...browser.authenticator.get(options as never) }
  const swapped = { code: second, decision: 'approve', ceremony, response } as const
  await assert.rejects(browser.api.call('approval.decide', swapped), refused('passkey.refused'))
  const states = (await browser.api.call('approval.list')).approvals.map(({ state }) => state)
  assert.deepEqual(states, ['pending', 'pending'])
})

test('V-B07 what held of the first factor is looked at again after the second: a key removed meanwhile lets nobody in', {
  skip,
}, async () => {
  const { gate, browser, config } = await given(checking('1h'))
  await using _ = gate
  await using ssh = new PtySsh(config(), ['gate'])
  const [, code = ''] = await ssh.shows(CODE)
  const { keys } = await gate.api.call('key.list', { user: 'alice' })
  await gate.api.call('key.remove', { key: keys[0]?.fingerprint ?? '' })
  await decide(browser, code)
  assert.equal(await ssh.exited, 255)
  assert.match(ssh.shown, /the key no longer lets anybody in/)
  assert.equal((await gate.api.call('session.list', {})).sessions.length, 0)
})

test('V-B07 a certificate revoked while its bearer looks for the page lets nobody in; one that stands is in the log', {
  skip,
}, async () => {
  const { gate, alice, browser, config } = await given(checking('1h'))
  await using _ = gate
  const { line, serial } = await browser.api.call('me.certificate-issue', { public_key: alice.line })
  writeFileSync(`${alice.file}-cert.pub`, `${line}\n`)
  const { keys } = await gate.api.call('key.list', { user: 'alice' })
  await gate.api.call('key.remove', { key: keys[0]?.fingerprint ?? '' })
  const more = `  BatchMode no\n  CertificateFile ${alice.file}-cert.pub`
  await using good = new PtySsh(config(more), ['gate'])
  const [, first = ''] = await good.shows(CODE)
  await decide(browser, first)
  assert.equal(await good.exited, 0)
  const [event] = (await gate.events('authentication-succeeded')).slice(-1)
  assert.deepEqual(
    [event?.data['certificate'], event?.data['factors']],
    [serial, ['key', 'certificate', 'passkey', 'passkey']],
  )
  await gate.api.call('policy.apply', { text: checking('always'), message: 'again', allow_lockout: true })
  await using late = new PtySsh(config(more), ['gate'])
  const [, second = ''] = await late.shows(CODE)
  await gate.api.call('certificate.revoke', { serial, reason: 'lost' })
  await decide(browser, second)
  assert.equal(await late.exited, 255)
  assert.match(late.shown, /the key no longer lets anybody in/)
})

test('a demanded passkey is asked for at sign-in and then proved; another key, which nobody can be asked for, is not', {
  skip,
}, async () => {
  const { gate, browser, config } = await given(demanding('passkey'))
  await using _ = gate
  await using ssh = new PtySsh(config(), ['-J', 'gate', 'db', 'echo', 'arrived'])
  const [, code = ''] = await ssh.shows(CODE)
  await ssh.shows(/or with a certificate: sallyport login/)
  await decide(browser, code)
  await ssh.shows(/arrived/)
  assert.equal(await ssh.exited, 0)
  await gate.api.call('policy.apply', { text: demanding('sk-key'), message: 'touch', allow_lockout: true })
  const { stderr } = await gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'true'])
  assert.match(stderr, /SP2113 policy\.factor/)
})

test('by configuration everybody is asked at sign-in, or nobody', { skip }, async () => {
  const { gate, browser, config } = await given(JSON.stringify({ ...TAGS, grants: GRANTS }), {
    flags: { 'ssh.second_factor': 'always' },
  })
  await using _ = gate
  await using ssh = new PtySsh(config(), ['gate'])
  const [, code = ''] = await ssh.shows(CODE)
  await decide(browser, code)
  assert.equal(await ssh.exited, 0)
  assert.equal((await gate.ssh(config('  BatchMode yes'), ['gate'])).status, 0, 'within second_factor_period')
  await gate.restart({ ...flags, 'ssh.second_factor': 'never' })
  await gate.api.call('policy.apply', { text: checking('always'), message: 'asks', allow_lockout: true })
  const { stderr } = await gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'true'])
  assert.match(stderr, /SP2121 check\.due/)
})

test('whoever has no second factor is told where to set one up', { skip }, async () => {
  const { gate, config } = await given(checking('1h'))
  await using _ = gate
  const bob = await gate.user('bob')
  await using ssh = new PtySsh(config('  BatchMode no\n  User bob', bob), ['-l', 'bob', 'gate'])
  assert.equal(await ssh.exited, 255)
  assert.match(ssh.shown, /SP2125 check\.impossible: .*register a passkey in the console: https:\/\/localhost/)
})

test('the terminal shows a QR code where it is not switched off', { skip }, async () => {
  const { gate, config } = await given(checking('1h'), { flags: { 'ssh.approval_qr': true } })
  await using _ = gate
  await using ssh = new PtySsh(config(), ['gate'])
  await ssh.shows(/█▀▀▀▀▀▀▀█/)
})

test('logins side by side from one address are one question, and who goes first hands it on', { skip }, async () => {
  const { gate, browser, config } = await given(checking('1h'))
  await using _ = gate
  const first = new PtySsh(config(), ['gate'])
  const [, code = ''] = await first.shows(CODE)
  const others = [new PtySsh(config(), ['gate']), new PtySsh(config(), ['gate']), new PtySsh(config(), ['gate'])]
  await using __ = {
    [Symbol.asyncDispose]: async () => void (await Promise.all(others.map((each) => each[Symbol.asyncDispose]()))),
  }
  for (const each of others) assert.equal((await each.shows(CODE))[1], code)
  await first[Symbol.asyncDispose]()
  const pending = async () => (await browser.api.call('approval.list')).approvals.map((each) => each.code)
  await until(async () => (await pending()).length === 1 && !(await pending()).includes(code))
  const [next = ''] = await pending()
  for (const each of others) await each.shows(new RegExp(next))
  await decide(browser, next)
  assert.deepEqual(await Promise.all(others.map(({ exited }) => exited)), [0, 0, 0])
})

test('a security key’s touch and PIN are in the log beside what was asked for', async () => {
  await using gate = await TestGateway.start()
  for (const [flagsShown, shown] of [
    [0x01, 'sk-key'],
    [0x05, 'sk-key-pin'],
  ] as const) {
    const signer = securityKey(flagsShown)
    await gate.api.call('user.add', { name: shown, keys: [formatPublicKey(signer.publicKey)] })
    const { port } = gate
    await using client = await connectSsh({
      host: '127.0.0.1',
      port,
      username: shown,
      signers: [signer],
      hostKeyVerifier: () => true,
    })
    assert.ok(client.login)
    const [event] = (await gate.events('authentication-succeeded')).slice(-1)
    assert.deepEqual(event?.data['factors'], [shown])
  }
})
