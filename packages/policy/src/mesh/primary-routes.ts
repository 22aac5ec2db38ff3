/** A node that has a route, as far as it matters for who serves it. */
export interface RouteHolder {
  readonly id: number
  /** Connected, and healthy where that is known. */
  readonly online: boolean
}

/**
 * Which of several routers of one prefix serves it: the one that does so now as long as it is online, else the online one
 * of the lowest id. With none online the route stays where it is, or with the lowest id: its traffic fails at a router that
 * is away rather than leaving another way. Undefined where nobody has the route.
 */
export function electPrimary(holders: readonly RouteHolder[], previous: number | undefined): number | undefined {
  const online = holders.filter((holder) => holder.online)
  const candidates = online.length > 0 ? online : holders
  if (candidates.some((holder) => holder.id === previous)) return previous
  const ids = candidates.map((holder) => holder.id)
  return ids.length === 0 ? undefined : ids.reduce((lowest, id) => Math.min(lowest, id))
}
