import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { hashRecoveryCode, makeRecoveryCodes, RECOVERY_CODES } from './recovery-codes.ts'
import { TOTP_SECRET_BYTES, totpSecretText, totpStep, totpUri } from './totp.ts'

const random = (size: number): Uint8Array => new Uint8Array(randomBytes(size))
/** RFC 6238 appendix B; its codes have eight digits, of which ours are the last six. */
const RFC_SECRET = new TextEncoder().encode('12345678901234567890')
const RFC_CODES = [
  [59, '94287082'],
  [1111111109, '07081804'],
  [1111111111, '14050471'],
  [1234567890, '89005924'],
  [2000000000, '69279037'],
] as const

test('codes are those of RFC 6238', () => {
  for (const [seconds, code] of RFC_CODES) {
    assert.equal(totpStep(RFC_SECRET, code.slice(2), seconds * 1000), Math.floor(seconds / 30), code)
  }
})

test('a code counts one step early and one late, and says its own step', () => {
  const [seconds, code] = RFC_CODES[1]
  const step = Math.floor(seconds / 30)
  const steps = [-60, -30, 0, 30, 60].map((shift) => totpStep(RFC_SECRET, code.slice(2), (seconds + shift) * 1000))
  assert.deepEqual(steps, [undefined, step, step, step, undefined])
})

test('what is no code of six digits is none', () => {
  for (const text of ['', '12345', '1234567', 'abcdef', '１２３４５６', '-12345', '1e5']) {
    assert.equal(totpStep(RFC_SECRET, text, 0), undefined, text)
  }
  assert.equal(totpStep(RFC_SECRET, ' 287 082 ', 59_000), 1, 'spaces as apps show them')
})

test('oathtool agrees', { skip: existsSync('/usr/bin/oathtool') ? false : 'needs oathtool' }, () => {
  for (let round = 0; round < 20; round++) {
    const secret = random(TOTP_SECRET_BYTES)
    const now = 1_700_000_000 + round * 12_345
    const args = ['--totp', '-b', totpSecretText(secret), '--now', `@${now}`]
    const code = execFileSync('oathtool', args, { encoding: 'utf8' }).trim()
    assert.equal(totpStep(secret, code, now * 1000), Math.floor(now / 30))
  }
})

test('the link for apps names issuer, account and secret', () => {
  const uri = new URL(totpUri(RFC_SECRET, { issuer: 'Sallyport', account: 'alice@example.com' }))
  assert.equal(uri.protocol, 'otpauth:')
  assert.equal(uri.searchParams.get('secret'), totpSecretText(RFC_SECRET))
  assert.equal(uri.searchParams.get('issuer'), 'Sallyport')
  assert.match(decodeURIComponent(uri.pathname), /alice@example\.com/)
})

test('V-E04 recovery codes have 80 random bits, and are known again however they are typed', () => {
  const codes = makeRecoveryCodes('usr_1', random)
  assert.equal(new Set(codes.map(({ code }) => code)).size, RECOVERY_CODES)
  for (const { code, hash } of codes) {
    assert.match(code, /^(?:[0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/)
    for (const typed of [
      code,
      code.toUpperCase(),
      code.replaceAll('-', ''),
      ` ${code.replaceAll('-', ' ')} `,
      code.replaceAll('0', 'O').replaceAll('1', 'l'),
    ]) {
      assert.equal(hashRecoveryCode('usr_1', typed), hash, typed)
    }
    assert.notEqual(hashRecoveryCode('usr_2', code), hash, 'a code is its owner’s')
  }
})
