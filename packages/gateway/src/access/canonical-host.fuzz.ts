import { canonicalHost } from './canonical-host.ts'

const text = new TextDecoder()
const seeds = ['db1.example.com.', '[2001:db8::1]', '::ffff:192.0.2.1', '0x7f.1', '2130706433', 'fe80::1%eth0', 'a..b']

export const fuzzTargets = [
  {
    name: 'gateway/access/canonical-host',
    run(input: Uint8Array): void {
      const host = canonicalHost(text.decode(input))
      if (host === undefined) return
      const canonical = host.kind === 'name' ? host.name : host.address
      const again = canonicalHost(canonical)
      if (again === undefined || JSON.stringify(again) !== JSON.stringify(host))
        throw new Error('oracle: a canonical form has another canonical form')
      if (/[^a-z0-9._:-]/.test(canonical)) throw new Error('oracle: a canonical form has an odd character')
    },
    seeds: seeds.map((seed) => new TextEncoder().encode(seed)),
  },
]
