import { nextPage } from './next-page.ts'

const text = new TextDecoder()
const seeds = [
  '/users?x=1#y',
  '//evil.example',
  '/\\evil.example',
  '/a/..//evil.example',
  '/\t/evil',
  '/%2f/x',
  '/auth/x',
]

export const fuzzTargets = [
  {
    name: 'gateway/sign-in/next-page',
    run(input: Uint8Array): void {
      const next = nextPage(text.decode(input))
      // As a browser that stands at the sign-in page reads it.
      const { origin, pathname } = new URL(next, 'https://gw.example:8443/auth/oidc/callback')
      if (origin !== 'https://gw.example:8443') throw new Error('oracle: it leads elsewhere')
      if (/^\/(?:auth|v1)(?:\/|$)/i.test(pathname)) throw new Error('oracle: it is no page of the console')
      if (!/^\/(?!\/)[\x21-\x7e]*$/.test(next) || /["<>\\]/.test(next)) throw new Error('oracle: it ends an attribute')
    },
    seeds: seeds.map((seed) => new TextEncoder().encode(seed)),
  },
]
