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
import { firstPlace } from './frame/places.ts'
import { paths } from './paths.ts'

const root = createRootRouteWithContext<{ readonly queries: QueryClient }>()({
  notFoundComponent: Lost,
})

/** Doors: pages that need nobody to be signed in. */
const signIn = createRoute({
  getParentRoute: () => root,
  path: paths.signIn,
  validateSearch: ({ to }: Record<string, unknown>): { to?: string } => (typeof to === 'string' ? { to } : {}),
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
  errorComponent: PageFailed,
})
const frame = createRoute({
  getParentRoute: () => signedIn,
  id: 'frame',
  component: lazyRouteComponent(() => import('./frame/frame.tsx'), 'Frame'),
  errorComponent: PageFailed,
})

const home = createRoute({
  getParentRoute: () => frame,
  path: paths.home,
  beforeLoad: ({ context: { person } }) => {
    redirect({ to: firstPlace(person.role), throw: true })
  },
})
const me = createRoute({
  getParentRoute: () => frame,
  path: paths.me,
  component: lazyRouteComponent(() => import('./rooms/me/me-room.tsx'), 'MeRoom'),
})
const devices = createRoute({
  getParentRoute: () => frame,
  path: paths.devices,
  component: lazyRouteComponent(() => import('./rooms/me/devices-room.tsx'), 'DevicesRoom'),
})
const tokens = createRoute({
  getParentRoute: () => frame,
  path: paths.tokens,
  component: lazyRouteComponent(() => import('./rooms/me/tokens-room.tsx'), 'TokensRoom'),
})
const appearance = createRoute({
  getParentRoute: () => frame,
  path: paths.appearance,
  component: lazyRouteComponent(() => import('./rooms/me/appearance-room.tsx'), 'AppearanceRoom'),
})
const kit = createRoute({
  getParentRoute: () => frame,
  path: paths.kit,
  component: lazyRouteComponent(() => import('./rooms/kit/kit-room.tsx'), 'KitRoom'),
})

const tree = root.addChildren([
  signIn,
  setup,
  join,
  signedIn.addChildren([frame.addChildren([home, me, devices, tokens, appearance, kit])]),
])

export const router = createRouter({
  routeTree: tree,
  context: { queries: queryClient },
  defaultPreload: false,
  defaultErrorComponent: PageFailed,
  defaultNotFoundComponent: Lost,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
