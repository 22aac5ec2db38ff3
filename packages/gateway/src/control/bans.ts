import { type Ban as ApiBan, ApiError } from '@sallyport/api'
import type { Ban } from '../defence/bans.ts'
import { parseNetwork } from '../defence/network.ts'
import type { Penalty } from '../defence/penalties.ts'
import type { Handlers } from './handlers.ts'
import { recordedChange, type Services, timeText } from './services.ts'
import { plain } from './users.ts'

/** Shortest prefix that may be banned: half of all addresses would be everybody by mistake. */
const PREFIX_MIN = 4
const PENALTY_PREFIX = 'penalty:'

/** `ban …`. */
export function banHandlers(services: Services): Pick<Handlers, `ban.${string}` & keyof Handlers> {
  const { roster, penalties, now, monotonic, events } = services
  const shownPenalty = ({ network, offence, until }: Penalty): ApiBan => ({
    id: `${PENALTY_PREFIX}${network.text}`,
    source: network.text,
    kind: 'penalty',
    reason: offence,
    by: '@gateway',
    created_at: timeText(now()),
    until: timeText(now() + (until - monotonic())),
  })
  return {
    'ban.list': () => ({
      bans: [...roster.current.bans.list(now()).map(shown), ...penalties.active(monotonic()).map(shownPenalty)],
    }),

    async 'ban.add'({ source, seconds, reason }, { actor }) {
      const network = parseNetwork(source)
      if (network === undefined)
        throw new ApiError('ban.source-invalid', `“${plain(source)}” is neither an address nor a network`, {
          fix: 'write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32',
        })
      if (network.prefix < PREFIX_MIN)
        throw new ApiError('ban.source-invalid', `${network.text} is nearly everybody`, {
          fix: 'stop the gateway instead, or ban smaller networks',
        })
      const until = seconds === undefined ? undefined : now() + seconds * 1000
      const before = roster.current.bans.byNetwork(network)
      const ban = await recordedChange(services, async (tx, record) => {
        if (before !== undefined) await tx.bans.remove(before.id)
        const added = await tx.bans.add({ subject: network.text, reason, createdBy: actor, until })
        record({ type: 'ban-added', actor, ban: added.id, subject: network.text, reason, until })
        return added
      })
      await roster.refresh()
      await services.revoke()
      events.publish({ type: 'ban-added', summary: `${network.text} is banned` })
      return shown({ id: ban.id, network, reason, by: actor, createdAt: ban.createdAt, until })
    },

    async 'ban.remove'({ ban: selector }, { actor }) {
      const network = parseNetwork(
        selector.startsWith(PENALTY_PREFIX) ? selector.slice(PENALTY_PREFIX.length) : selector,
      )
      const ban =
        roster.current.bans.byId(selector) ??
        (network === undefined ? undefined : roster.current.bans.byNetwork(network))
      if (ban !== undefined) {
        await recordedChange(services, async (tx, record) => {
          await tx.bans.remove(ban.id)
          const reason = `lifted by ${actor}`
          record({ type: 'ban-lifted', actor, ban: ban.id, subject: ban.network.text, reason })
        })
        await roster.refresh()
        events.publish({ type: 'ban-removed', summary: `${ban.network.text} is no longer banned` })
        return shown(ban)
      }
      const penalty = network === undefined ? undefined : liftPenalty(services, selector)
      if (penalty === undefined)
        throw new ApiError('ban.not-found', `there is no ban or penalty “${plain(selector)}”`, {
          fix: 'sallyport ban ls',
        })
      return shownPenalty(penalty)
    },
  }
}

/** By the network as listed, or by an address inside it. */
function liftPenalty({ penalties, monotonic }: Services, selector: string): Penalty | undefined {
  const text = selector.startsWith(PENALTY_PREFIX) ? selector.slice(PENALTY_PREFIX.length) : selector
  const wanted = parseNetwork(text)
  const found = penalties
    .active(monotonic())
    .find(
      ({ network }) =>
        network.text === wanted?.text || parseNetwork(`${text}/${network.prefix}`)?.text === network.text,
    )
  return found === undefined ? undefined : penalties.lift(found.network)
}

function shown({ id, network, reason, by, createdAt, until }: Ban): ApiBan {
  return {
    id,
    source: network.text,
    kind: 'ban',
    reason,
    by,
    created_at: timeText(createdAt),
    until: until === undefined ? null : timeText(until),
  }
}
