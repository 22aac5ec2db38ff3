import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IdentityError } from '../errors.ts'
import { ID_TOKEN_MAX, requireIdTokenForm } from './id-token-form.ts'

const part = (value: unknown) =>
  new TextEncoder().encode(JSON.stringify(value)).toBase64({ alphabet: 'base64url', omitPadding: true })
const claims = { iss: 'https://idp.example.com', sub: 's', nonce: 'n', exp: 2_000_000_000, iat: 1_900_000_000 }
const tokenOf = (header: object, more: object = {}) => `${part(header)}.${part({ ...claims, ...more })}.c2ln`

test('V-F03 the classics of JWT are refused by their form, in under 10 ms and without a computation', () => {
  requireIdTokenForm(tokenOf({ alg: 'RS256', kid: 'k1', typ: 'JWT' }))
  const tokens: Readonly<Record<string, unknown>> = {
    'no algorithm': tokenOf({ alg: 'none' }),
    'no signature': `${part({ alg: 'none' })}.${part(claims)}.`,
    'a shared secret': tokenOf({ alg: 'HS256' }),
    'a key of its own': tokenOf({ alg: 'RS256', jwk: { kty: 'RSA' } }),
    'a place for keys': tokenOf({ alg: 'RS256', jku: 'https://evil.example/keys' }),
    'a certificate from elsewhere': tokenOf({ alg: 'RS256', x5u: 'https://evil.example/x' }),
    'an extension': tokenOf({ alg: 'RS256', crit: ['exp'] }),
    'a key id that is a path': tokenOf({ alg: 'RS256', kid: '../../dev/null' }),
    'a key id that is an address': tokenOf({ alg: 'RS256', kid: 'https://evil.example/k' }),
    'PBES2 with a billion rounds': `${part({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1e9, p2s: 'x' })}.a.b.c.d`,
    'JWE with a zip': `${part({ alg: 'RSA-OAEP', enc: 'A256GCM', zip: 'DEF' })}.a.b.c.d`,
    'an end as text': tokenOf({ alg: 'RS256' }, { exp: '2000000000' }),
    'no nonce': tokenOf({ alg: 'RS256' }, { nonce: undefined }),
    'dots without an end': '.'.repeat(ID_TOKEN_MAX),
    'brackets without an end': `${btoa('['.repeat(30_000)).replaceAll('=', '')}.${part(claims)}.c2ln`,
    'half a megabyte': tokenOf({ alg: 'RS256' }, { more: 'x'.repeat(500_000) }),
    'a list': [tokenOf({ alg: 'RS256' })],
  }
  for (const [name, token] of Object.entries(tokens)) {
    // The best of several: a machine may be busy once, but a computation takes its time every time.
    const times = Array.from({ length: 5 }, () => {
      const started = performance.now()
      assert.throws(
        () => requireIdTokenForm(token),
        (error) => error instanceof IdentityError && error.code === 'token-refused',
        name,
      )
      return performance.now() - started
    })
    assert.ok(Math.min(...times) < 10, name)
  }
})
