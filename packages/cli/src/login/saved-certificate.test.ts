import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canOpenBrowser } from './open-browser.ts'
import { needsRenewal, parseCertificate } from './saved-certificate.ts'

test('a certificate is renewed in the last fifth of its life, five minutes before its end at least', () => {
  const table: [life: number, age: number, needed: boolean][] = [
    [36_000, 28_000, false],
    [36_000, 28_800, true],
    [36_000, 40_000, true],
    [900, 500, false],
    [900, 601, true],
    [120, 59, false],
    [120, 60, true],
  ]
  for (const [life, age, needed] of table) {
    const certificate = { validAfter: 1000n, validBefore: BigInt(1000 + life) }
    assert.equal(needsRenewal(certificate, (1000 + age) * 1000), needed, `${age} s of ${life}`)
  }
})

test('a file that holds no certificate is named', () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGm5vJ0mYVQUUB8Xq0m0Sg6wv5xkSkMkbZQwJ3oYH1Zb'
  for (const text of ['', 'x', key])
    assert.throws(() => parseCertificate('here', text), { reason: 'usage.file-unreadable', message: /^here holds no/ })
})

test('a browser opens where somebody sits: with a display, and not over SSH', () => {
  const table: [environment: Record<string, string>, platform: NodeJS.Platform, opens: boolean][] = [
    [{}, 'linux', false],
    [{ DISPLAY: ':0' }, 'linux', true],
    [{ WAYLAND_DISPLAY: 'wayland-0' }, 'linux', true],
    [{ BROWSER: 'firefox' }, 'linux', true],
    [{ DISPLAY: ':0', SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' }, 'linux', false],
    [{ DISPLAY: '' }, 'linux', false],
    [{}, 'darwin', true],
    [{ SSH_TTY: '/dev/pts/0' }, 'darwin', false],
  ]
  for (const [environment, platform, opens] of table)
    assert.equal(canOpenBrowser(environment, platform), opens, JSON.stringify([environment, platform]))
})
