import { ApiError, isRead, type Route, type RouteName } from '@sallyport/api'
import type { Role } from '@sallyport/model'

/** Where everybody finds their own share of what only some may list, by the noun of the route. */
const OWN_SHARE: Readonly<Record<string, string>> = {
  target: 'what you may reach is in the console, and in: ssh GATEWAY',
  policy: 'what it lets you reach is in the console, and in: ssh GATEWAY',
  user: 'who you are: sallyport whoami',
  key: 'your own are in the console, under Me',
  certificate: 'your own: sallyport cert ls',
  session: 'your own sign-ins are in the console, under Me',
}

/** The refusal of somebody whose role is not among a route's callers: who may, and what is theirs instead. */
export function roleRefused(role: Role, name: RouteName, route: Route): ApiError {
  const callers = route.callers === 'anyone' ? [] : route.callers
  const noun = name.slice(0, name.indexOf('.'))
  const own = isRead(route) && Object.hasOwn(OWN_SHARE, noun) ? OWN_SHARE[noun] : undefined
  return new ApiError('caller.not-allowed', `the role “${role}” may not do this`, {
    why: `it takes one of: ${callers.join(', ')}`,
    fix: own ?? 'ask somebody who has one of these roles',
  })
}
