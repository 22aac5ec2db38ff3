import { IdentityError } from '../errors.ts'
import { ID_TOKEN_ALGORITHMS, requireIdTokenForm } from './id-token-form.ts'

const text = new TextDecoder()
const part = (value: unknown) =>
  new TextEncoder().encode(JSON.stringify(value)).toBase64({ alphabet: 'base64url', omitPadding: true })
const claims = { iss: 'https://idp.example.com', sub: 's', nonce: 'n', exp: 2_000_000_000, iat: 1_900_000_000 }
const seeds = [
  `${part({ alg: 'RS256', kid: 'k1' })}.${part(claims)}.c2ln`,
  `${part({ alg: 'none' })}.${part(claims)}.`,
  `${part({ alg: 'ES256', jwk: { kty: 'EC' } })}.${part(claims)}.c2ln`,
  `${part({ alg: 'RS256', crit: ['b64'], b64: false })}..c2ln`,
  JSON.stringify({ payload: part(claims), signatures: [{ protected: part({ alg: 'RS256' }), signature: 'c2ln' }] }),
  `${part({ alg: 'PBES2-HS256+A128KW', p2c: 1_000_000_000, enc: 'A128GCM' })}.a.b.c.d`,
]

export const fuzzTargets = [
  {
    name: 'identity/oidc/id-token-form',
    run(input: Uint8Array): void {
      const token = text.decode(input)
      try {
        requireIdTokenForm(token)
      } catch (error) {
        if (error instanceof IdentityError && error.code === 'token-refused') return
        throw error
      }
      // The readable twin, over the bytes as Node's own decoder reads them.
      const [header = '', payload = '', ...rest] = token.split('.')
      const read = (encoded: string) => JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')) as object
      const { alg, ...others } = read(header) as { readonly alg: string }
      if (!ID_TOKEN_ALGORITHMS.includes(alg)) throw new Error('oracle: an algorithm that is none of ours')
      if (rest.length !== 1) throw new Error('oracle: not three parts')
      for (const name of ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'enc', 'p2c'])
        if (name in others) throw new Error(`oracle: a header with ${name}`)
      if (!('nonce' in read(payload))) throw new Error('oracle: no nonce')
    },
    seeds: seeds.map((seed) => new TextEncoder().encode(seed)),
  },
]
