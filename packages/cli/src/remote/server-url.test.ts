import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseFingerprint, parseServerUrl } from './server-url.ts'

test('a gateway’s address is an https origin; a bare name has the console’s port', () => {
  const table: [text: string, origin: string][] = [
    ['https://gw.example.com:8443', 'https://gw.example.com:8443'],
    ['https://GW.example.com/', 'https://gw.example.com'],
    ['gw.example.com', 'https://gw.example.com:8443'],
    ['gw.example.com:443', 'https://gw.example.com'],
    ['[::1]', 'https://[::1]:8443'],
    ['localhost/', 'https://localhost:8443'],
  ]
  for (const [text, origin] of table) assert.equal(parseServerUrl(text), origin, text)
})

test('what is no address, or would send a token elsewhere, is refused', () => {
  const table = [
    '',
    'http://gw.example.com',
    'ftp://gw.example.com',
    'https://user:secret@gw.example.com',
    'https://gw.example.com/path',
    'https://gw.example.com?x',
    'https://gw.example.com#x',
    'gw example.com',
    'https://gw.example.com\n',
    'gw.example.com/path',
    'user@gw.example.com',
  ]
  for (const text of table) assert.throws(() => parseServerUrl(text), { reason: 'usage.invalid' }, text)
})

test('a fingerprint may be written as browsers, openssl and the gateway do', () => {
  const hex = 'ab'.repeat(32)
  const wanted = Array.from({ length: 32 }, () => 'AB').join(':')
  for (const text of [hex, hex.toUpperCase(), wanted, `SHA256:${wanted}`, `sha-256 ${hex}`, `SHA256=${hex}`])
    assert.equal(parseFingerprint(text), wanted, text)
  for (const text of [
    '',
    hex.slice(2),
    `${hex}ab`,
    `${hex.slice(2)}xy`,
    'SHA256:YNvF9qqGkNZ0b1oTfGjMDPZC0r0mF0kYl1sC1wJvW2M',
  ])
    assert.throws(() => parseFingerprint(text), { reason: 'usage.invalid' }, text)
})
