import * as fc from 'fast-check'
import type { MeshNode, UserFacts } from '../decide/directory.ts'
import { attributes, LOGIN_NAMES } from './arbitrary-directory.ts'
import { ARBITRARY_NAMES } from './arbitrary-policy.ts'

const IDS = [1, 2, 3, 4, 5, 6] as const

/** Everyone that generated policies name, each with a role of their own. */
export const MESH_PEOPLE: readonly UserFacts[] = LOGIN_NAMES.map((name, index) => ({
  name,
  role: (['owner', 'admin', 'auditor', 'member'] as const)[index % 4] ?? 'member',
  disabled: false,
}))

const ROUTES = [
  [],
  [],
  ['10.0.0.0/24'],
  ['10.0.0.0/24', '192.0.2.0/25', 'fd00:1::/64'],
  ['10.0.0.0/8'],
  ['0.0.0.0/0', '::/0'],
  ['192.0.2.0/24', '0.0.0.0/0', '::/0'],
  ['0.0.0.0/0'],
  ['10.0.0.77/32', '10.0.0.0/25'],
  // Addresses of nodes and local ones, which cannot be routed; and sites behind IPv6, which can.
  ['100.64.0.0/24', '127.0.0.0/8', 'fd7a:115c:a1e0:b1a:0:7:a00:0/120', '::/0'],
] as const

/** A node of a generated mesh: addresses of the mesh that no other id has, and facts that fit generated policies. */
export function arbitraryMeshNode(): fc.Arbitrary<MeshNode> {
  const owner = fc.oneof(
    fc.record({ user: fc.constantFrom(...LOGIN_NAMES), tags: fc.constant([]) }),
    fc.record({ tags: fc.uniqueArray(fc.constantFrom(...ARBITRARY_NAMES.tags), { minLength: 1, maxLength: 2 }) }),
  )
  return fc
    .record({
      id: fc.constantFrom(...IDS),
      owner,
      families: fc.constantFrom([4, 6], [4, 6], [4], [6]),
      announcedRoutes: fc.constantFrom(...ROUTES),
      // Mostly what is announced.
      approvedRoutes: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.constantFrom(...ROUTES)),
      online: fc.nat(3).map((number) => number > 0),
      known: fc.option(attributes, { nil: undefined }),
    })
    .map(({ id, owner, families, known, approvedRoutes, ...rest }) => ({
      id,
      name: `machine-${id}`,
      ...owner,
      addresses: families.map((family) => (family === 4 ? `100.64.0.${id}` : `fd7a:115c:a1e0::${id}`)),
      ...rest,
      approvedRoutes: approvedRoutes ?? rest.announcedRoutes,
      ...(known === undefined ? {} : { attributes: known }),
    }))
}

export function arbitraryMeshNodes(): fc.Arbitrary<readonly MeshNode[]> {
  return fc.uniqueArray(arbitraryMeshNode(), { selector: ({ id }) => id, maxLength: IDS.length })
}
