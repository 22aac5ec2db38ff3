import type { Role } from '@sallyport/model'
import { paths } from '../paths.ts'

/** A page that the rail and the palette lead to. */
export interface Place {
  readonly name: string
  readonly path: string
  /** Who may open it. */
  readonly roles: readonly Role[]
  /** Whether only the palette knows it. */
  readonly hidden?: boolean
}

export interface PlaceGroup {
  readonly name: string
  readonly places: readonly Place[]
}

const EVERYBODY: readonly Role[] = ['owner', 'admin', 'auditor', 'member']
const READERS: readonly Role[] = ['owner', 'admin', 'auditor']
const ADMINS: readonly Role[] = ['owner', 'admin']

/** Every page, in the groups of the rail. What somebody may not open is absent, not grey. */
export const PLACES: readonly PlaceGroup[] = [
  { name: 'Work', places: [{ name: 'Home', path: paths.home, roles: EVERYBODY }] },
  {
    name: 'Watch',
    places: [
      { name: 'Live sessions', path: paths.sessions, roles: READERS },
      { name: 'Audit', path: paths.audit, roles: READERS },
    ],
  },
  {
    name: 'Grant',
    places: [
      { name: 'Policy', path: paths.policy, roles: READERS },
      { name: 'Users', path: paths.users, roles: READERS },
      { name: 'Groups', path: paths.groups, roles: READERS },
      { name: 'Targets', path: paths.targets, roles: READERS },
    ],
  },
  {
    name: 'Me',
    places: [
      { name: 'Passkeys and keys', path: paths.me, roles: EVERYBODY },
      { name: 'Waiting logins', path: paths.logins, roles: EVERYBODY },
      { name: 'Signed-in devices', path: paths.devices, roles: EVERYBODY },
      { name: 'API tokens', path: paths.tokens, roles: EVERYBODY },
      { name: 'Appearance', path: paths.appearance, roles: EVERYBODY },
      { name: 'Enter a device code', path: paths.device, roles: EVERYBODY, hidden: true },
    ],
  },
  { name: 'Help', places: [{ name: 'Parts of the console', path: paths.kit, roles: ADMINS, hidden: true }] },
]

/** The groups as somebody of this role sees them in the rail. */
export function placesOf(role: Role): readonly PlaceGroup[] {
  return PLACES.map(({ name, places }) => ({
    name,
    places: places.filter(({ roles, hidden }) => hidden !== true && roles.includes(role)),
  })).filter(({ places }) => places.length > 0)
}
