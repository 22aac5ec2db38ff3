import type { PolicyDiff, PolicyEffect, PolicyFlip, PolicySimulation, Reacher, WhoCan } from '@sallyport/api'
import type { Terminal } from '../terminal.ts'
import { counted } from './count.ts'
import { printable } from './escape.ts'
import { renderTable } from './table.ts'
import { formatTime } from './values.ts'

const SIGNS = { loses: '-', gains: '+' } as const

/** What changes for whom, one change a line: `- group:dba loses tag:db:22 on 14 targets`. */
export function renderDiff(diff: PolicyDiff): string {
  const { effects, more, losers, gainers, against, other_sections: others } = diff
  const lines = effects.map(renderEffect)
  if (more > 0) lines.push(`  … and ${counted(more, 'more change')}`)
  if (lines.length === 0)
    lines.push(diff.same_text ? `the same text as version ${against}` : 'no effect on who reaches what')
  else {
    const sums = [
      ...(losers === 0 ? [] : [`${counted(losers, 'user')} ${losers === 1 ? 'loses' : 'lose'} something`]),
      ...(gainers === 0 ? [] : [`${counted(gainers, 'user')} ${gainers === 1 ? 'gains' : 'gain'} something`]),
    ]
    if (sums.length > 0) lines.push(`${sums.join(', ')}, compared with version ${against}`)
  }
  if (others.length > 0) lines.push(`also different: ${others.join(', ')}`)
  return lines.map((line) => `${printable(line)}\n`).join('')
}

function renderEffect({ change, kind, who, opened, where, partly }: PolicyEffect): string {
  const people = listed(who.names, who.more)
  const many = who.names.length + who.more > 1
  const several = kind === 'users' && many ? ` (${counted(who.people, 'user')})` : ''
  const verb = many ? (change === 'loses' ? 'lose' : 'gain') : change
  return `${SIGNS[change]} ${people}${several} ${verb} ${placed(opened, where)}${partly ? ', partly' : ''}`
}

/** `tag:db:22 on 14 targets`; with the ports first where they or the places are several. */
function placed(opened: string, { names, more, targets, examples }: PolicyEffect['where']): string {
  const [only = ''] = names
  const count = counted(targets, 'target')
  if (names.length > 1 || more > 0 || only.includes(' ') || !/^[\d,*-]+$/.test(opened))
    return `${opened} on ${listed(names, more)}${targets > 1 ? ` (${count})` : ''}`
  const place = `${IPV6.test(only) ? `[${only}]` : only}:${opened}`
  // A target told by its own name needs no count.
  if (examples.length === 0) return place
  return `${place} on ${targets > 1 ? `${count} (${listed(examples, targets - examples.length)})` : examples.join()}`
}

const IPV6 = /^[0-9a-f]*:[0-9a-f:]*[0-9a-f:./-]*$/i

function listed(names: readonly string[], more: number): string {
  return more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`
}

/** Who may, by which rule. */
export function renderWhoCan(answer: WhoCan, terminal: Terminal): string {
  const { destination, total, of, users, by_rule: rules, from_addresses: addresses, machines, why } = answer
  const asked = answer.policy_version === 0 ? 'in the file' : `policy version ${answer.policy_version}`
  const head = [`${total} of ${counted(of, 'user')} may reach ${destination}   (${asked})`]
  if (why !== null) head.push(`  why   ${why}`)
  if (total > users.length)
    head.push(...rules.map(({ rule, source, users: count }) => `  ${counted(count, 'user')} by ${rule} (${source})`))
  const rows = [...users, ...addresses, ...machines]
  const table =
    rows.length === 0
      ? ''
      : renderTable(rows.some(({ login }) => login !== null) ? [...COLUMNS, LOGIN] : COLUMNS, rows, terminal)
  return `${head.map((line) => `${printable(line)}\n`).join('')}${table}`
}

const COLUMNS = [
  { title: 'WHO', value: (row: Reacher) => row.name },
  { title: 'BY', value: (row: Reacher) => row.rule },
  { title: 'AS', value: (row: Reacher) => row.source },
]

const LOGIN = { title: 'LOGIN', value: (row: Reacher) => row.login ?? '' }

const BECOMES = { allow: 'allowed', deny: 'denied' } as const
const FLIP_SIGNS = { allow: '+', deny: '-', ask: '?' } as const
const SKIPPED: readonly (readonly [keyof PolicySimulation['skipped'], string])[] = [
  ['user_gone', 'the user is gone'],
  ['user_disabled', 'the user is disabled'],
  ['target_gone', 'the target is gone'],
  ['address_unknown', 'the name was never looked up'],
  ['not_by_policy', 'something else than the policy decided'],
  ['proof_unknown', 'a proof was missing, and whether it would be there is not in the log'],
]
const PROOFS = {
  factor: 'a factor',
  command: 'a certificate that forces the command',
  'post-quantum': 'a post-quantum key exchange',
  check: 'a check',
} as const
/** What a log of decisions says nothing about. */
const NOT_REPLAYED = 'never asked again: logins on targets, proofs and their age, the mesh, desktops'

/** What of the past would be decided otherwise. */
export function renderSimulation(result: PolicySimulation): string {
  const { replayed, flipped, flips, more, already_so: already, asked, skipped, since } = result
  const lines = flips.map(renderFlip)
  if (more > 0) lines.push(`  … and ${counted(more, 'more decision')}`)
  const would = flipped === 0 ? 'none would change' : `${flipped} would change`
  const own = already === 0 ? '' : `, ${already} of them under the policy in force as well`
  const first = asked === 0 ? '' : `, ${asked} would want a proof first`
  lines.push(`${counted(replayed, 'decision')} since ${formatTime(since)}: ${would}${own}${first}`)
  const left = SKIPPED.filter(([key]) => skipped[key] > 0)
  if (left.length > 0)
    lines.push(`not asked again: ${left.map(([key, words]) => `${skipped[key]} (${words})`).join(', ')}`)
  lines.push(NOT_REPLAYED)
  return lines.map((line) => `${printable(line)}\n`).join('')
}

function renderFlip(flip: PolicyFlip): string {
  const { user, host, port, becomes, proofs, count, last, rule, code } = flip
  const wanted = proofs.map((proof) => PROOFS[proof]).join(' and ')
  const how =
    becomes === 'ask'
      ? `would want ${wanted} first (${rule ?? code}`
      : `would be ${BECOMES[becomes]} (${rule ?? code}${rule !== null && becomes === 'deny' ? `, ${code}` : ''}`
  const after = becomes === 'allow' && wanted !== '' ? `, after ${wanted}` : ''
  const known = flip.already_so ? ', as it is already' : ''
  const then = flip.was_rule === null ? '' : `; was ${BECOMES[flip.was]} by ${flip.was_rule}`
  const of = flip.was_rule === null || flip.was_version === null ? '' : ` of version ${flip.was_version}`
  return `${FLIP_SIGNS[becomes]} ${user} to ${host} port ${port}: ${how}${after}${known})${then}${of}; ${counted(count, 'time')}, last ${formatTime(last)}`
}
