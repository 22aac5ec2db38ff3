import type { Principal, Proof } from '@sallyport/model'
import { formatPortRanges, reachable } from '@sallyport/policy'
import type { Roster } from '../access/roster.ts'
import { deciderOf } from '../access/roster-decider.ts'

/** Targets that are listed; more would scroll away what to type. */
const LISTED_MAX = 40

/** What somebody sees who opens a shell on the gateway. `gateway` is how clients reach it: `gate.example:2222`. */
export function welcomeText(
  principal: Principal,
  roster: Roster,
  gateway: { readonly host: string; readonly port: number },
): string {
  // Whoever may reach a whole inventory of 100,000 targets must not hold up the others for a greeting.
  const options = { source: principal.sourceAddress, limit: LISTED_MAX + 1 }
  const { targets } = roster.compiled.directory
  const may = deciderOf(roster).reachesAnything(principal)
  const found = may ? reachable(roster.compiled, { name: principal.name }, targets, options) : []
  const hop = gateway.port === 22 ? gateway.host : `${gateway.host}:${gateway.port}`
  const lines = [
    `Hello ${principal.name}. This is a Sallyport gateway: a door to other machines, with no shell of its own.`,
    '',
    `You signed in with ${proofText(principal.proof)}, as ${roleText(principal.role)}.`,
    '',
  ]
  if (found.length > 0) {
    lines.push('You may reach')
    const width = Math.max(...found.slice(0, LISTED_MAX).map(({ target }) => target.name.length))
    for (const { target, ports } of found.slice(0, LISTED_MAX))
      lines.push(`  ${target.name.padEnd(width)}  ${portsText(formatPortRanges(ports))}`)
    if (found.length > LISTED_MAX) lines.push('  ... and more')
  } else if (may) {
    lines.push('The inventory has no target for you yet, but rules of the policy let you reach addresses.')
  } else {
    lines.push('The policy lets you reach nothing yet. Ask an admin.')
  }
  const example = found[0]?.target.name ?? 'SERVER'
  lines.push('', 'Go there with', `  ssh -J ${hop} LOGIN@${example}`, '')
  return `${lines.join('\n')}\n`
}

/** Last moment that a Date can hold; certificates of others may have no end at all. */
const LAST_MS = 8_640_000_000_000_000

/** What somebody signed in with, and until when it counts: `the key SHA256:…`. */
export function proofText({ fingerprint, certificate }: Proof): string {
  if (certificate === undefined) return `the key ${fingerprint}`
  const { validBefore } = certificate
  const end =
    validBefore > LAST_MS
      ? 'without an end'
      : `until ${new Date(validBefore).toISOString().slice(0, 19).replace('T', ' ')} UTC`
  return `a certificate (${end}) for the key ${fingerprint}`
}

function portsText(ports: string): string {
  return ports === '0-65535' || ports === '*' ? 'every port' : `port ${ports}`
}

function roleText(role: Principal['role']): string {
  return role === 'owner' || role === 'admin' || role === 'auditor' ? `an ${role}` : `a ${role}`
}
