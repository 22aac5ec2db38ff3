import { isIP } from 'node:net'
import { ApiError, type ReachableTarget as ApiTarget, type ReachableTargets } from '@sallyport/api'
import type { Target } from '@sallyport/model'
import {
  allowedLogins,
  formatPortRanges,
  openingRule,
  type PortRange,
  reachable,
  reachesAnything,
} from '@sallyport/policy'
import type { Roster } from '../access/roster.ts'
import { ruleName } from '../access/roster-decider.ts'
import { gatewayName } from './daemon.ts'
import type { Handlers } from './handlers.ts'
import type { Caller, Services } from './services.ts'

/** Whoever asks, and from where. */
interface Asker {
  readonly name: string
  readonly source: string
}

/** `me targets`: never anybody else's, since the name comes from the sign-in alone. */
export function reachHandlers(services: Services): Pick<Handlers, 'me.targets'> {
  const { roster: keeper, config, sshAddresses } = services
  return {
    'me.targets'({ text, limit, after }, caller): ReachableTargets {
      const roster = keeper.current
      const asker = askerOf(caller, roster)
      const wanted = inventory(roster).filter(
        (target) => (after === undefined || target.name > after) && (text === undefined || mentions(target, text)),
      )
      const facts = wanted.map(({ name, address, tags }) => ({ name, addresses: [address], tags }))
      // One more than asked for tells whether there are more.
      const found = reachable(roster.compiled, asker, facts, { source: asker.source, limit: limit + 1 })
      const page = found.slice(0, limit)
      const targets = page.flatMap(({ target, ports }) =>
        shown(roster, asker, roster.targetsByName.get(target.name), ports),
      )
      const { source } = asker
      return {
        targets,
        next: found.length > page.length ? (page.at(-1)?.target.name ?? null) : null,
        beyond: reachesAnything(roster.compiled, asker, { source }),
        gateway: { host: gatewayName(config.current.ssh.hostname), port: sshAddresses()[0]?.port ?? 22 },
        host_keys: services.hostKeys.map(({ key, fingerprint }) => ({ type: key.publicKey.type, fingerprint })),
        policy_version: roster.policyVersion.version,
      }
    },
  }
}

function askerOf({ peer }: Caller, { usersById }: Roster): Asker {
  const user = peer.by === 'session' || peer.by === 'token' ? usersById.get(peer.userId) : undefined
  if (user !== undefined && 'source' in peer) return { name: user.name, source: peer.source }
  throw new ApiError('caller.unknown', 'this is about whoever signed in, and nobody did', {
    fix: 'sign in to the console, or: sallyport login',
  })
}

const sorted = new WeakMap<Roster, readonly Target[]>()

/** The roster's targets by name, sorted once for each roster. */
function inventory(roster: Roster): readonly Target[] {
  const known = sorted.get(roster)
  if (known !== undefined) return known
  const targets = [...roster.targetsByName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  sorted.set(roster, targets)
  return targets
}

function mentions({ name, address, tags }: Target, text: string): boolean {
  const part = text.toLowerCase()
  return [name, address, ...tags].some((each) => each.includes(part))
}

function shown(roster: Roster, asker: Asker, target: Target | undefined, ports: readonly PortRange[]): ApiTarget[] {
  if (target === undefined) return []
  const { name, address, port, tags } = target
  const isOpen = ports.some(({ first, last }) => port >= first && port <= last)
  // No rule is about port 0, which nobody can dial.
  const opened = isOpen ? port : Math.max(ports[0]?.first ?? port, 1)
  const { compiled } = roster
  const { source } = asker
  const rule = openingRule(compiled, asker, { name, addresses: [address], tags }, opened, { source })
  if (rule === undefined) return []
  const logins = compiled.policy.sshRules.length === 0 ? null : loginsAt(roster, asker, target)
  return [
    {
      name,
      address,
      port,
      tags: [...tags],
      ports: formatPortRanges(ports),
      opened,
      rule: ruleName(rule),
      line: rule.line,
      logins,
    },
  ]
}

function loginsAt({ compiled }: Roster, asker: Asker, { address, tags }: Target): ApiTarget['logins'] {
  const machine = isIP(address) === 0 ? { tags } : { address, tags }
  const { names, others } = allowedLogins(compiled, { user: asker, source: asker.source, target: machine })
  return { names: names.map(({ login, action }) => ({ login, action })), others: others?.action ?? null }
}
