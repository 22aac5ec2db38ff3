/** Identity providers behind which somebody evil sits: a whole gateway against a provider that makes tokens up. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { suite, test } from 'node:test'
import { ANSWER_MAX_BYTES } from '@sallyport/identity'
import { encoded, HostileProvider, type Mischief } from './hostile-provider.ts'
import { OidcBrowser } from './oidc-browser.ts'
import { hasOpenSsh, TestGateway } from './test-gateway.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
/** A refused sign-in takes less than this many milliseconds, however evil the token. */
const REFUSAL_MS = 500
/** Tries of which the quickest counts: an evil token is slow every time, a busy machine is not. */
const REFUSALS_MAX = 5

interface Given {
  readonly gate: TestGateway
  readonly evil: HostileProvider
  /** The page's status after a sign-in with this mischief; 200 only where somebody is in. */
  readonly signIn: (mischief: Mischief) => Promise<number>
}

async function given(run: (given: Given) => Promise<void>): Promise<void> {
  await using evil = await HostileProvider.start()
  const provider = { issuer: evil.issuer, client_id: 'sallyport', domains: ['example.com'], auto_join: true }
  const flags = { 'listen.https': ['127.0.0.1:0'], 'oidc.providers': { evil: provider } }
  await using gate = await TestGateway.start({ flags })
  const signIn = async (mischief: Mischief): Promise<number> => {
    evil.mischief = mischief
    const browser = new OidcBrowser(gate)
    const { status } = await browser.signIn('evil')
    const isIn = browser.cookies.some((cookie) => cookie.startsWith('__Host-sallyport='))
    assert.equal(isIn, status === 200, 'a session comes with the page, and with nothing else')
    return status
  }
  await run({ gate, evil, signIn })
}

void suite('with hostile providers', { skip }, () => {
  void test('V-F01 a token without the nonce, or with another’s, is refused, whatever it says of nonces', () =>
    given(async ({ signIn }) => {
      assert.equal(await signIn({}), 200, 'the same provider without mischief')
      for (const change of [
        { nonce: undefined },
        { nonce: '' },
        { nonce: null },
        { nonce: 'another' },
        { nonce: ['another'] },
        { nonce: undefined, nonce_supported: false },
      ]) {
        const token: Mischief['token'] = (claims, provider) => provider.signed({ ...claims, ...change })
        assert.equal(await signIn({ token }), 403, JSON.stringify(change))
      }
    }))

  void test('V-F03 the classics of JWT are refused quickly, and nobody is asked for them', () =>
    given(async ({ signIn, evil }) => {
      const own = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })
      const tokens: Readonly<Record<string, NonNullable<Mischief['token']>>> = {
        'alg none': (claims) => `${encoded({ alg: 'none' })}.${encoded(claims)}.`,
        'alg none with a signature': (claims) => `${encoded({ alg: 'none' })}.${encoded(claims)}.c2ln`,
        'alg nOnE': (claims, provider) => provider.signed(claims, { alg: 'nOnE' }),
        'HS256 with the public key': (claims, provider) => provider.confused(claims),
        'an embedded key': (claims, provider) => provider.signed(claims, { jwk: own }),
        'a place for keys': (claims, provider) => provider.signed(claims, { jku: `${provider.issuer}/evil-keys` }),
        'a place for a certificate': (claims, provider) => provider.signed(claims, { x5u: `${provider.issuer}/evil` }),
        'an unknown crit': (claims, provider) => provider.signed(claims, { crit: ['exp'] }),
        'a kid with a path': (claims, provider) => provider.signed(claims, { kid: '../../etc/passwd' }),
        'a kid with a URL': (claims, provider) => provider.signed(claims, { kid: `${provider.issuer}/evil-kid` }),
        'another kid': (claims, provider) => provider.signed(claims, { kid: 'k2' }),
        'another signature': (claims, provider) => `${provider.signed(claims).slice(0, -8)}AAAAAAAA`,
        'PBES2 with a billion rounds': () =>
          `${encoded({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1_000_000_000, p2s: 'x' })}.a.b.c.d`,
        'JWE with a zip': () => `${encoded({ alg: 'RSA-OAEP', enc: 'A256GCM', zip: 'DEF' })}.a.b.c.d`,
        'exp as text': (claims, provider) => provider.signed({ ...claims, exp: String(claims['exp']) }),
        'exp in the past': (claims, provider) => provider.signed({ ...claims, exp: 1_700_000_000 }),
        'another audience': (claims, provider) => provider.signed({ ...claims, aud: 'another' }),
        'several audiences and another party': (claims, provider) =>
          provider.signed({ ...claims, aud: ['sallyport', 'another'], azp: 'another' }),
        'another issuer': (claims, provider) => provider.signed({ ...claims, iss: 'https://idp.example.com' }),
        'no subject': (claims, provider) => provider.signed({ ...claims, sub: undefined }),
        'a subject that is a list': (claims, provider) => provider.signed({ ...claims, sub: ['m-1'] }),
        'no token at all': () => undefined,
        'a token of half a megabyte': (claims, provider) => provider.signed({ ...claims, more: 'x'.repeat(400_000) }),
      }
      for (const [name, token] of Object.entries(tokens)) {
        let best = Number.POSITIVE_INFINITY
        for (let tries = 0; tries < REFUSALS_MAX && best >= REFUSAL_MS; tries++) {
          const begun = performance.now()
          assert.equal(await signIn({ token }), 403, name)
          best = Math.min(best, performance.now() - begun)
        }
        assert.ok(best < REFUSAL_MS, `${name}: ${best} ms`)
      }
      const known = ['/.well-known/openid-configuration', '/jwks', '/authorize', '/token']
      assert.deepEqual(
        [...new Set(evil.asked)].filter((path) => !known.includes(path)),
        [],
      )
      assert.equal(await signIn({}), 200)
    }))

  void test('V-C10 a crafted JWS becomes no sign-in: two signatures, an unprotected header, b64, a detached payload', () =>
    given(async ({ signIn }) => {
      const split = (token: string) => {
        const [header = '', payload = '', signature = ''] = token.split('.')
        return { protected: header, payload, signature }
      }
      const tokens: Readonly<Record<string, NonNullable<Mischief['token']>>> = {
        'two signatures': (claims, provider) => {
          const { payload, ...one } = split(provider.signed(claims))
          return JSON.stringify({ payload, signatures: [one, one] })
        },
        'the same as an object': (claims, provider) => {
          const { payload, ...one } = split(provider.signed(claims))
          return { payload, signatures: [one] }
        },
        'an unprotected header': (claims, provider) =>
          JSON.stringify({ ...split(provider.signed(claims)), header: { kid: 'k1' } }),
        'b64 false': (claims, provider) => provider.signed(claims, { b64: false, crit: ['b64'] }),
        'b64 false, not critical': (claims, provider) => provider.signed(claims, { b64: false }),
        'a detached payload': (claims, provider) => {
          const { protected: header, signature } = split(provider.signed(claims))
          return `${header}..${signature}`
        },
        'a signature after the signature': (claims, provider) => `${provider.signed(claims)}.${'A'.repeat(342)}`,
        'padding and spaces': (claims, provider) => ` ${provider.signed(claims)}=\n`,
      }
      for (const [name, token] of Object.entries(tokens)) assert.equal(await signIn({ token }), 403, name)
    }))

  void test('V-F06 metadata that lead elsewhere, lie about who they are, redirect, or have no end are refused', () =>
    given(async ({ signIn, evil }) => {
      const path = '/.well-known/openid-configuration'
      const answered = (answer: (response: ServerResponse) => void): Mischief => ({
        answer: (asked, response) => {
          if (asked === path) answer(response)
          return asked === path
        },
      })
      const mischiefs: Readonly<Record<string, Mischief>> = {
        'another issuer': { metadata: { issuer: 'https://idp.example.com' } },
        'an issuer with a slash': { metadata: { issuer: `${evil.issuer}/` } },
        'PKCE plain alone': { metadata: { code_challenge_methods_supported: ['plain'] } },
        'a token endpoint on the link': { metadata: { token_endpoint: 'http://169.254.169.254/latest' } },
        'a token endpoint that is a file': { metadata: { token_endpoint: 'file:///etc/passwd' } },
        'keys on the link': { metadata: { jwks_uri: 'https://169.254.169.254/keys' } },
        'an authorization endpoint that is a script': { metadata: { authorization_endpoint: 'javascript:alert(1)' } },
        'a redirect to the link': answered((response) =>
          response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
        ),
        'a redirect to itself': answered((response) => response.writeHead(302, { location: `${path}2` }).end()),
        'more than a megabyte': answered((response) => {
          response.setHeader('content-type', 'application/json').end(`{"x":"${'x'.repeat(ANSWER_MAX_BYTES)}"}`)
        }),
        'no JSON': answered((response) => response.end('<html>')),
      }
      for (const [name, mischief] of Object.entries(mischiefs)) {
        const status = await signIn(mischief)
        assert.ok(status === 403 || status === 502, `${name}: ${status}`)
      }
      assert.ok(!evil.asked.includes(`${path}2`), 'no redirect is followed')
      const begun = performance.now()
      assert.equal(await signIn(answered((response) => void response.write('{'))), 502, 'an answer without an end')
      assert.ok(performance.now() - begun < 20_000)
      assert.equal(await signIn({}), 200, 'a failure is not kept')
    }))

  void test('V-F06 an issuer that is no https URL does not get into the configuration', async () => {
    await using gate = await TestGateway.start({ flags: { 'listen.https': ['127.0.0.1:0'] } })
    for (const issuer of [
      'http://idp.example.com',
      'file:///etc/passwd',
      'ftp://127.0.0.1',
      'idp.example.com',
      'https://a@idp.example.com',
      'https://idp.example.com/?x=1',
    ]) {
      const flags = { 'listen.https': ['127.0.0.1:0'], 'oidc.providers': { evil: { issuer, client_id: 'x' } } }
      await assert.rejects(gate.restart(flags), { reason: 'config.invalid' }, issuer)
    }
  })
})
