/** What a yes is good for, who says no and why, and the list of what waits: over HTTPS, with Debian's ssh. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '@sallyport/api'
import { CODE, checking, decide, demanding, given, refused, skip, withCodes } from './asked-way.ts'
import { PtySsh } from './pty-ssh.ts'
import { until } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const HOUR = 3600

test('a yes for one login counts for it alone; one for an hour counts for others from there, and no longer than the policy', {
  skip,
}, async () => {
  const { gate, browser, config } = await given(checking('1h'))
  await using _ = gate
  const batch = () => gate.ssh(config('  BatchMode yes'), ['gate'])
  await using one = new PtySsh(config(), ['gate'])
  const [, first = ''] = await one.shows(CODE)
  const shown = await browser.api.call('approval.show', { code: first })
  assert.deepEqual([shown.keep_max_seconds, shown.kept_seconds, shown.methods], [HOUR, null, ['passkey']])
  assert.match(shown.rule, /^ssh\[0\], line 1$/)
  assert.equal(shown.from_here, true)
  const longer = { code: first, keep_seconds: HOUR + 1 }
  await assert.rejects(browser.api.call('approval.begin', longer), refused('request.invalid'))
  assert.equal((await decide(browser, first, 'approve', 0)).kept_seconds, 0)
  assert.equal(await one.exited, 0)
  assert.equal((await batch()).status, 255, 'it was for the other login')
  assert.deepEqual((await browser.api.call('me.checks')).checks, [])

  await using two = new PtySsh(config(), ['gate'])
  const [, second = ''] = await two.shows(CODE)
  assert.equal((await decide(browser, second, 'approve', 600)).kept_seconds, 600)
  assert.equal(await two.exited, 0)
  assert.equal((await batch()).status, 0)
  const passed = (await gate.events('check-passed')).map(({ data }) => data['seconds'])
  assert.deepEqual(passed, [0, 600])
  const { checks } = await browser.api.call('me.checks')
  assert.deepEqual(
    checks.map((each) => [each.source, each.target, each.method]),
    [['127.0.0.1', null, 'passkey']],
  )
  const [check] = checks
  assert.equal(Date.parse(check?.until ?? '') - Date.parse(check?.checked_at ?? ''), 600_000)
})

test('V-F07 what was signed for one login alone cannot be sent as a yes for an hour, nor the other way round', {
  skip,
}, async () => {
  const { gate, browser, config } = await given(checking('1h'))
  await using _ = gate
  await using ssh = new PtySsh(config(), ['gate'])
  const [, code = ''] = await ssh.shows(CODE)
  for (const [signed, sent] of [
    [0, HOUR],
    [HOUR, 0],
    [600, 601],
  ] as const) {
    const { ceremony, options } = await browser.api.call('approval.begin', { code, keep_seconds: signed })
    const response = { ...browser.authenticator.get(options as never) }
    const yes = { code, decision: 'approve', keep_seconds: sent, ceremony, response } as const
    await assert.rejects(browser.api.call('approval.decide', yes), refused('passkey.refused'))
  }
  assert.equal((await browser.api.call('approval.show', { code })).state, 'pending')
})

test('of logins side by side, a yes for one alone lets that one in, and the others ask anew', { skip }, async () => {
  const { gate, browser, config } = await given(checking('1h'))
  await using _ = gate
  await using one = new PtySsh(config(), ['gate'])
  const [, code = ''] = await one.shows(CODE)
  await using two = new PtySsh(config(), ['gate'])
  assert.equal((await two.shows(CODE))[1], code)
  await decide(browser, code, 'approve', 0)
  assert.equal(await one.exited, 0)
  const [, next = ''] = await two.shows(new RegExp(`approve/(?!${code})([0-9A-Z]{4}-[0-9A-Z]{4})`))
  await decide(browser, next, 'approve', 0)
  assert.equal(await two.exited, 0)
})

test('a way that asks takes a yes for one login once, by whoever connects next', { skip }, async () => {
  const { gate, browser, config } = await given(checking('1h'), { web: true })
  await using _ = gate
  const jump = () => gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'echo arrived'])
  const [, code = ''] = CODE.exec((await jump()).stderr) ?? []
  await decide(browser, code, 'approve', 0)
  assert.equal((await jump()).stdout.toString(), 'arrived\n')
  assert.match((await jump()).stderr, /SP2121 check\.due/)
})

test('V-F09 a login that its owner never asked for: denied, in the log, and its address asks nobody for an hour', {
  skip,
}, async () => {
  const { gate, browser, config } = await given(checking('1h'))
  await using _ = gate
  await using kept = new PtySsh(config(), ['gate'])
  await decide(browser, (await kept.shows(CODE))[1] ?? '', 'approve', 600)
  assert.equal(await kept.exited, 0)
  await gate.api.call('policy.apply', { text: checking('always'), message: 'stricter', allow_lockout: true })
  await using one = new PtySsh(config(), ['gate'])
  const [, code = ''] = await one.shows(CODE)
  await using two = new PtySsh(config(), ['gate'])
  await two.shows(CODE)
  assert.equal((await decide(browser, code, 'report')).state, 'reported')
  assert.equal(await one.exited, 255)
  assert.match(one.shown, /SP2122 check\.denied/)
  assert.equal(await two.exited, 255, 'what else waits from there is denied with it')
  await assert.rejects(decide(browser, code, 'report'), refused('approval.over'))
  await using late = new PtySsh(config(), ['gate'])
  assert.equal(await late.exited, 255)
  assert.match(late.shown, /SP2124 check\.busy: .*: (3600|3599|359\d) s/)
  const [event] = await gate.events('login-disowned')
  assert.equal(event?.actor, 'alice')
  assert.match(String(event?.data['fingerprint']), /^SHA256:/)
  assert.deepEqual((await browser.api.call('me.checks')).checks, [], 'nothing of that address is remembered')
  const [forgotten] = await gate.events('checks-forgotten')
  assert.deepEqual([forgotten?.data['reason'], forgotten?.data['from']], ['disowned', '127.0.0.1'])
})

test('V-F09 reports count as failed attempts: an address that is disowned again and again is refused', {
  skip,
}, async () => {
  const { gate, browser, config } = await given(checking('always'), { flags: { 'penalties.auth_fail': '1h' } })
  await using _ = gate
  await using ssh = new PtySsh(config(), ['gate'])
  await decide(browser, (await ssh.shows(CODE))[1] ?? '', 'report')
  await until(async () => (await gate.events('penalty-applied')).length === 1)
  const [penalty] = await gate.events('penalty-applied')
  assert.equal(penalty?.data['reason'], 'auth-fail')
  assert.notEqual((await gate.ssh(config('  BatchMode yes'), ['gate'])).status, 0)
})

test('V-F08 where one-time codes alone are set up or demanded, the page takes one for a way that asks, once', {
  skip,
}, async () => {
  const { gate, browser, config } = await given(demanding('totp'), { web: true })
  await using _ = gate
  const jump = () => gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'echo arrived'])
  assert.match((await jump()).stderr, /SP2125 check\.impossible: .*: https:/)
  const totp = await withCodes(browser)
  const [, code = ''] = CODE.exec((await jump()).stderr) ?? []
  assert.deepEqual((await browser.api.call('approval.show', { code })).methods, ['totp'])
  await assert.rejects(browser.api.call('approval.begin', { code }), refused('request.invalid'))
  const answer = (one_time_code: string) =>
    browser.api.call('approval.decide', { code, decision: 'approve', keep_seconds: 60, one_time_code })
  await assert.rejects(answer('000000'), refused('code.refused'))
  const typed = totp.generate()
  assert.equal((await answer(typed)).state, 'approved')
  assert.equal((await jump()).stdout.toString(), 'arrived\n')
  assert.deepEqual(
    (await gate.events('check-passed')).map(({ data }) => data['method']),
    ['totp'],
  )
  // Another login: the same code does not count twice.
  await browser.api.call('me.check-forget', { check: 'all' })
  const [, next = ''] = CODE.exec((await jump()).stderr) ?? []
  const again = { code: next, decision: 'approve', one_time_code: typed } as const
  await assert.rejects(browser.api.call('approval.decide', again), refused('code.refused'))
  // The first wait is a second, which a slow try outlasts; each after it is twice as long.
  const reasons = new Set<string>()
  for (let wrong = 0; wrong < 12 && !reasons.has('sign-in.delayed'); wrong++)
    await browser.api
      .call('approval.decide', { ...again, one_time_code: '000000' })
      .catch((error: unknown) => reasons.add(error instanceof ApiError ? error.reason : String(error)))
  assert.deepEqual([...reasons], ['code.refused', 'sign-in.delayed'])
})

test('V-E17 what waits is told at once to its owner alone: no other stream names the code', { skip }, async () => {
  const { gate, browser, config } = await given(checking('1h'), { web: true })
  await using _ = gate
  await gate.api.call('user.add', { name: 'mallory', role: 'owner' })
  const mallory = new WebClient(gate)
  await mallory.join((await gate.api.call('user.invite', { user: 'mallory' })).url)
  const ending = new AbortController()
  const heard: string[][] = []
  const watched = (async () => {
    for await (const { approvals } of browser.stream('approval.watch', ending.signal))
      heard.push(approvals.map(({ code }) => code))
  })()
  const others: string[] = []
  const listened = Promise.all(
    (['approval.watch', 'daemon.events'] as const).map(async (name) => {
      for await (const line of mallory.stream(name, ending.signal)) others.push(JSON.stringify(line))
    }),
  )
  await until(() => heard.length === 1 && others.length >= 1)
  const { stderr } = await gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'true'])
  const [, code = ''] = CODE.exec(stderr) ?? []
  await until(() => heard.length === 2)
  await decide(browser, code)
  await until(() => heard.length === 3 && others.some((line) => line.includes('access-denied')))
  assert.deepEqual(heard, [[], [code], []])
  assert.ok(!others.join('').includes(code), others.join('\n'))
  assert.ok(!gate.log.join('').includes(code))

  // Signed out: the stream says nothing more.
  await browser.api.call('auth.sign-out')
  await gate.api.call('policy.apply', { text: checking('always'), message: 'again', allow_lockout: true })
  await gate.ssh(config('  BatchMode yes'), ['-J', 'gate', 'db', 'true'])
  await watched
  assert.equal(heard.length, 3)
  ending.abort()
  await listened.catch(() => {})
})
