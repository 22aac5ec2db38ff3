import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { queryClient } from './api/query-client.ts'
import { callOptions } from './api/use-call.ts'
import { Lost } from './frame/lost.tsx'
import { PageFailed } from './frame/page-failed.tsx'
import { PageOpening } from './frame/page-opening.tsx'
import { RoomFailed } from './frame/room-failed.tsx'
import { paths } from './paths.ts'
import { readAuditSearch } from './rooms/audit/audit-search.ts'
import { commandSearch } from './rooms/command/command-search.ts'
import { readGroupsSearch } from './rooms/groups/groups-search.ts'
import { readHomeSearch } from './rooms/home/home-search.ts'
import { readPolicySearch } from './rooms/policy/policy-search.ts'
import { given } from './rooms/search-param.ts'
import { readSessionsSearch } from './rooms/sessions/sessions-search.ts'
import { readSignInSearch } from './rooms/sign-in/sign-in-search.ts'
import { readTargetsSearch } from './rooms/targets/targets-search.ts'
import { readUsersSearch } from './rooms/users/users-search.ts'

/** How long nothing is shown of a page that is awaited, in milliseconds: what comes sooner needs no notice. */
const PENDING_MS = 300

const root = createRootRouteWithContext<{ readonly queries: QueryClient }>()({
  notFoundComponent: Lost,
})

/** Doors: pages that need nobody to be signed in. */
const signIn = createRoute({
  getParentRoute: () => root,
  path: paths.signIn,
  validateSearch: readSignInSearch,
  component: lazyRouteComponent(() => import('./rooms/sign-in/sign-in-room.tsx'), 'SignInRoom'),
})
const setup = createRoute({
  getParentRoute: () => root,
  path: paths.setup,
  component: lazyRouteComponent(() => import('./rooms/join/join-room.tsx'), 'SetupRoom'),
})
const join = createRoute({
  getParentRoute: () => root,
  path: paths.join,
  component: lazyRouteComponent(() => import('./rooms/join/join-room.tsx'), 'JoinRoom'),
})

/** Opens for nobody who is not signed in; they come back here once they are. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context: { queries }, location }) => {
    const { signed_in: person } = await queries.ensureQueryData(callOptions('auth.state'))
    const to = location.href
    if (person === null) {
      redirect({ to: paths.signIn, search: to === paths.home ? {} : { to }, throw: true })
      return { person: undefined as never }
    }
    return { person }
  },
  pendingComponent: PageOpening,
  errorComponent: PageFailed,
})
const frame = createRoute({
  getParentRoute: () => signedIn,
  id: 'frame',
  component: lazyRouteComponent(() => import('./frame/frame.tsx'), 'Frame'),
  errorComponent: PageFailed,
})

const inFrame = { getParentRoute: () => frame, errorComponent: RoomFailed } as const

const home = createRoute({
  ...inFrame,
  path: paths.home,
  validateSearch: (search: Record<string, unknown>) => given(readHomeSearch(search)),
  component: lazyRouteComponent(() => import('./rooms/home/home-room.tsx'), 'HomeRoom'),
})
const users = createRoute({
  ...inFrame,
  path: paths.users,
  validateSearch: (search: Record<string, unknown>) => given(readUsersSearch(search)),
  component: lazyRouteComponent(() => import('./rooms/users/users-room.tsx'), 'UsersRoom'),
})
const user = createRoute({
  ...inFrame,
  path: paths.user,
  component: lazyRouteComponent(() => import('./rooms/users/user-room.tsx'), 'UserRoom'),
})
const groups = createRoute({
  ...inFrame,
  path: paths.groups,
  validateSearch: (search: Record<string, unknown>) => given(readGroupsSearch(search)),
  component: lazyRouteComponent(() => import('./rooms/groups/groups-room.tsx'), 'GroupsRoom'),
})
const targets = createRoute({
  ...inFrame,
  path: paths.targets,
  validateSearch: (search: Record<string, unknown>) => given(readTargetsSearch(search)),
  component: lazyRouteComponent(() => import('./rooms/targets/targets-room.tsx'), 'TargetsRoom'),
})
const target = createRoute({
  ...inFrame,
  path: paths.target,
  component: lazyRouteComponent(() => import('./rooms/targets/target-room.tsx'), 'TargetRoom'),
})
const sessions = createRoute({
  ...inFrame,
  path: paths.sessions,
  validateSearch: (search: Record<string, unknown>) => given(readSessionsSearch(search)),
  component: lazyRouteComponent(() => import('./rooms/sessions/sessions-room.tsx'), 'SessionsRoom'),
})
const policy = createRoute({
  ...inFrame,
  path: paths.policy,
  validateSearch: (search: Record<string, unknown>) => given(readPolicySearch(search)),
  component: lazyRouteComponent(() => import('./rooms/policy/policy-room.tsx'), 'PolicyRoom'),
})
const audit = createRoute({
  ...inFrame,
  path: paths.audit,
  validateSearch: (search: Record<string, unknown>) => given(readAuditSearch(search)),
  component: lazyRouteComponent(() => import('./rooms/audit/audit-room.tsx'), 'AuditRoom'),
})
const me = createRoute({
  ...inFrame,
  path: paths.me,
  component: lazyRouteComponent(() => import('./rooms/me/me-room.tsx'), 'MeRoom'),
})
const devices = createRoute({
  ...inFrame,
  path: paths.devices,
  component: lazyRouteComponent(() => import('./rooms/me/devices-room.tsx'), 'DevicesRoom'),
})
const logins = createRoute({
  getParentRoute: () => frame,
  path: paths.logins,
  component: lazyRouteComponent(() => import('./rooms/me/logins-room.tsx'), 'LoginsRoom'),
})
const tokens = createRoute({
  ...inFrame,
  path: paths.tokens,
  component: lazyRouteComponent(() => import('./rooms/me/tokens-room.tsx'), 'TokensRoom'),
})
const appearance = createRoute({
  ...inFrame,
  path: paths.appearance,
  component: lazyRouteComponent(() => import('./rooms/me/appearance-room.tsx'), 'AppearanceRoom'),
})
const kit = createRoute({
  ...inFrame,
  path: paths.kit,
  component: lazyRouteComponent(() => import('./rooms/kit/kit-room.tsx'), 'KitRoom'),
})

/** Pages that ask one thing of somebody who is signed in. */
const device = createRoute({
  getParentRoute: () => signedIn,
  path: paths.device,
  validateSearch: ({ code }: Record<string, unknown>): { code?: string } => (typeof code === 'string' ? { code } : {}),
  component: lazyRouteComponent(() => import('./rooms/device/device-room.tsx'), 'DeviceRoom'),
})
const command = createRoute({
  getParentRoute: () => signedIn,
  path: paths.command,
  validateSearch: commandSearch,
  component: lazyRouteComponent(() => import('./rooms/command/command-room.tsx'), 'CommandRoom'),
})
const approve = createRoute({
  getParentRoute: () => signedIn,
  path: paths.approve,
  component: lazyRouteComponent(() => import('./rooms/approve/approve-room.tsx'), 'ApproveRoom'),
})

const tree = root.addChildren([
  signIn,
  setup,
  join,
  signedIn.addChildren([
    device,
    command,
    approve,
    frame.addChildren([
      home,
      users,
      user,
      groups,
      targets,
      target,
      sessions,
      policy,
      audit,
      me,
      devices,
      logins,
      tokens,
      appearance,
      kit,
    ]),
  ]),
])

export const router = createRouter({
  routeTree: tree,
  context: { queries: queryClient },
  defaultPreload: false,
  defaultPendingMs: PENDING_MS,
  defaultErrorComponent: PageFailed,
  defaultNotFoundComponent: Lost,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
