/** Passwords where they are switched on, and emergency ways in: over HTTPS to a whole gateway. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { PASSWORD_MIN as API_PASSWORD_MIN, ApiError, type ApiErrorName } from '@sallyport/api'
import { PASSWORD_MIN } from '@sallyport/identity'
import { Secret, TOTP } from 'otpauth'
import { hasOpenSsh, TestGateway } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const OFF = { 'listen.https': ['127.0.0.1:0'] }
const ON = { ...OFF, 'https.passwords': true }
const PASSWORD = 'a sally port is a small door'
const refused = (reason: ApiErrorName) => (error: unknown) => error instanceof ApiError && error.reason === reason

async function joined(gate: TestGateway, name = 'alice', role: 'member' | 'admin' = 'member') {
  await gate.api.call('user.add', { name, role })
  const { url } = await gate.api.call('user.invite', { user: name })
  const browser = new WebClient(gate)
  const { recoveryCodes } = await browser.join(url)
  return { browser, recoveryCodes }
}

void suite('passwords and emergencies', { skip }, () => {
  void test('where they are switched off, which is the default, nobody sets a password or signs in with one', async () => {
    await using gate = await TestGateway.start({ flags: ON })
    const { browser } = await joined(gate)
    await browser.api.call('me.password-set', { password: PASSWORD })
    await gate.restart(OFF)
    assert.equal((await browser.api.call('auth.state')).methods.password, false)
    await assert.rejects(browser.api.call('me.password-set', { password: PASSWORD }), refused('password.off'))
    const signIn = new WebClient(gate).api.call('auth.password', { user: 'alice', password: PASSWORD })
    await assert.rejects(signIn, refused('password.off'))
  })

  void test('a password is set, signs in, is changed and removed; what is weak is not taken', async () => {
    await using gate = await TestGateway.start({ flags: ON })
    const { browser } = await joined(gate)
    await assert.rejects(browser.api.call('me.password-set', { password: 'hunter2' }), refused('password.weak'))
    assert.equal(API_PASSWORD_MIN, PASSWORD_MIN, 'the console says beforehand how long it has to be')
    await browser.api.call('me.password-set', { password: PASSWORD })
    assert.equal((await browser.api.call('me.show')).password, true)
    const other = new WebClient(gate)
    const { factors } = await other.api.call('auth.password', { user: 'alice', password: PASSWORD })
    assert.deepEqual(
      factors.map(({ factor }) => factor),
      ['password'],
    )
    assert.equal((await other.api.call('me.show')).user, 'alice')
    await browser.api.call('me.password-set', { password: `${PASSWORD}, not a gate` })
    const again = new WebClient(gate)
    await assert.rejects(
      again.api.call('auth.password', { user: 'alice', password: PASSWORD }),
      refused('sign-in.refused'),
    )
    await browser.api.call('me.password-remove')
    const gone = again.api.call('auth.password', { user: 'alice', password: `${PASSWORD}, not a gate` })
    await assert.rejects(gone, refused('sign-in.refused'))
    const events = JSON.stringify(await gate.events())
    assert.ok(!events.includes(PASSWORD) && !gate.log.join('\n').includes(PASSWORD))
    assert.match(events, /password-wrong alice/)
  })

  void test('the last way in stays, whichever it is: a password counts where passwords are switched on', async () => {
    await using gate = await TestGateway.start({ flags: ON })
    const { browser } = await joined(gate)
    const [passkey] = (await browser.api.call('me.show')).passkeys
    const removePasskey = () => browser.api.call('me.passkey-remove', { passkey: passkey?.id ?? '' })
    await assert.rejects(removePasskey(), refused('credential.last'))
    await browser.api.call('me.password-set', { password: PASSWORD })
    await gate.restart(OFF)
    await assert.rejects(removePasskey(), refused('credential.last'), 'a password that signs nobody in is no way')
    await gate.restart(ON)
    await removePasskey()
    await assert.rejects(browser.api.call('me.password-remove'), refused('credential.last'))
    assert.equal((await browser.api.call('me.show')).password, true)
    await gate.restart(OFF)
    await browser.api.call('me.password-remove')
    assert.equal((await browser.api.call('me.show')).password, false, 'where it signs nobody in it may go')
  })

  void test('V-F08 with one-time codes set up a password needs one too, and each counts once', async () => {
    await using gate = await TestGateway.start({ flags: ON })
    const { browser } = await joined(gate)
    await browser.api.call('me.password-set', { password: PASSWORD })
    const { secret } = await browser.api.call('me.totp-begin')
    const totp = new TOTP({ secret: Secret.fromBase32(secret) })
    const at = Date.now()
    const first = totp.generate({ timestamp: at })
    await browser.api.call('me.totp-confirm', { code: first })
    const other = new WebClient(gate)
    const credentials = { user: 'alice', password: PASSWORD }
    await assert.rejects(other.api.call('auth.password', credentials), refused('code.needed'))
    await assert.rejects(
      other.api.call('auth.password', { ...credentials, code: '000000' }),
      refused('sign-in.refused'),
    )
    const used = other.api.call('auth.password', { ...credentials, code: first })
    await assert.rejects(used, refused('sign-in.refused'), 'the code that confirmed it')
    const code = totp.generate({ timestamp: at + 30_000 })
    const { factors } = await other.api.call('auth.password', { ...credentials, code })
    assert.deepEqual(
      factors.map(({ factor }) => factor),
      ['password', 'totp'],
    )
    await assert.rejects(
      new WebClient(gate).api.call('auth.password', { ...credentials, code }),
      refused('sign-in.refused'),
    )
  })

  void test('V-F11 whoever guesses passwords of an admin is made to wait, and the admin’s passkey signs in all the same', async () => {
    await using gate = await TestGateway.start({ flags: { ...ON, 'penalties.enabled': false } })
    const { browser } = await joined(gate, 'root2', 'admin')
    await browser.api.call('me.password-set', { password: PASSWORD })
    const attacker = new WebClient(gate)
    const reasons: ApiErrorName[] = []
    for (let attempt = 0; attempt < 20; attempt++) {
      const error = await attacker.api
        .call('auth.password', { user: 'root2', password: 'guess' })
        .catch((thrown: unknown) => thrown)
      assert.ok(error instanceof ApiError)
      reasons.push(error.reason)
    }
    assert.equal(reasons[0], 'sign-in.refused')
    assert.ok(reasons.filter((reason) => reason === 'sign-in.delayed').length >= 10, reasons.join(' '))
    await browser.api.call('auth.sign-out')
    await browser.signIn()
    assert.equal((await browser.api.call('me.show')).user, 'root2')
    const unknown = await Promise.all(
      [1, 2].map(() =>
        attacker.api.call('auth.password', { user: 'nobody-here', password: 'x' }).catch((error: unknown) => error),
      ),
    )
    for (const error of unknown)
      assert.ok(refused('sign-in.refused')(error), 'an unknown name is refused in the same words')
  })

  void test('an admin’s recovery code and a link made on the machine itself are loud in the log, a member’s are not', async () => {
    await using gate = await TestGateway.start({ flags: ON })
    const admin = await joined(gate, 'anna', 'admin')
    const member = await joined(gate, 'mark')
    assert.deepEqual(await gate.events('break-glass'), [], 'inviting somebody is no emergency')
    const [code = ''] = member.recoveryCodes
    await new WebClient(gate).api.call('auth.recovery-code', { user: 'mark', code })
    await gate.api.call('user.invite', { user: 'mark' })
    assert.deepEqual(await gate.events('break-glass'), [])
    const [adminCode = ''] = admin.recoveryCodes
    await new WebClient(gate).api.call('auth.recovery-code', { user: 'anna', code: adminCode })
    await gate.api.call('user.invite', { user: 'anna' })
    const events = await gate.events('break-glass')
    assert.deepEqual(
      events.map(({ data }) => [data['user'], data['role'], data['means']]),
      [
        ['anna', 'admin', 'recovery-code'],
        ['anna', 'admin', 'local-link'],
      ],
    )
  })
})
