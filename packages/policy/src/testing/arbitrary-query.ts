import * as fc from 'fast-check'
import type { NodeQuery, Query } from '../decide/decide.ts'
import { attributes, LOGIN_NAMES, PLACES } from './arbitrary-directory.ts'

const place = {
  address: fc.constantFrom(...PLACES),
  port: fc.oneof({ weight: 2, arbitrary: fc.constant(22) }, fc.constantFrom(1, 53, 80, 85, 443, 5000, 8500, 65535)),
  protocol: fc.constantFrom('tcp' as const, 'tcp' as const, 'udp' as const, 'sctp' as const),
}

/** What people ask at the doors, of generated policies over generated directories. */
export function arbitraryQuery(): fc.Arbitrary<Query> {
  return fc.record(
    {
      user: fc.record({ name: fc.constantFrom(...LOGIN_NAMES) }),
      source: fc.constantFrom(...PLACES, '10.2.0.1'),
      attributes,
      destination: fc.record(
        { ...place, tags: fc.constantFrom([], ['tag:db'], ['tag:web', 'tag:exit'], ['*'], ['group:dba']) },
        { requiredKeys: ['address', 'port'] },
      ),
    },
    { requiredKeys: ['user', 'destination'] },
  )
}

/** What machines of the mesh ask, for themselves and for what is behind them. */
export function arbitraryNodeQuery(): fc.Arbitrary<NodeQuery> {
  return fc.record(
    {
      node: fc.constantFrom(1, 2, 3, 4),
      source: fc.constantFrom('10.0.0.5', '10.0.0.9', '192.0.2.7', '100.64.0.1', '8.8.8.8'),
      destination: fc.record(place, { requiredKeys: ['address', 'port'] }),
    },
    { requiredKeys: ['node', 'destination'] },
  )
}
