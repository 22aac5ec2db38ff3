import { SPECIAL_CLASS_WORDS } from '../address/special-address.ts'
import type { RuleRef } from '../language/policy.ts'
import { quote } from '../text/quote.ts'
import type { ExplainedRule, Explanation } from './explain.ts'

export interface RenderOptions {
  /** How the policy's file is called in places. Default `policy.hujson`. */
  readonly file?: string
  /** Rules that do not allow, shown at most, those that fail by least first. Default 5. */
  readonly ruleCount?: number
}

/** An explanation as plain text of several lines, without colour, ending with a line feed. */
export function renderExplanation(explanation: Explanation, options: RenderOptions = {}): string {
  const { file = 'policy.hujson', ruleCount = 5 } = options
  const lines = [headline(explanation), ...userLine(explanation), ...addressLine(explanation)]
  lines.push(...rulesLines(explanation, file, ruleCount))
  for (const [index, remedy] of explanation.remedies.entries()) lines.push(row(index === 0 ? 'fix' : 'or', remedy))
  return `${lines.join('\n')}\n`
}

function headline({ decision, user, destination }: Explanation): string {
  const allowed = decision.verdict === 'allow'
  const what = `${destination.protocol} ${safe(destination.address)} port ${destination.port}`
  const who = user.machine === undefined ? safe(user.name) : `the machine ${safe(user.machine.name)}`
  return `${allowed ? 'ALLOWED' : 'DENIED'}  ${who} ${allowed ? 'may' : 'may not'} open ${what}  [${decision.code}]`
}

function userLine({ decision, user }: Explanation): readonly string[] {
  if (decision.code === 'node-unknown') return []
  const from = user.source === undefined ? [] : [`from ${user.source}`]
  if (user.machine !== undefined) {
    const tags = user.machine.tags
    const whose = tags.length > 0 ? `tags ${tags.join(', ')}` : `of ${safe(user.name)}, role ${user.role ?? 'unknown'}`
    const groups = user.groups.length === 0 ? [] : [`groups ${user.groups.join(', ')}`]
    return [row('machine', [whose, ...groups, ...from].join('; '))]
  }
  const known = user.role === undefined ? 'not known here' : `role ${user.role}`
  const groups = user.groups.length === 0 ? 'no groups' : `groups ${user.groups.join(', ')}`
  return [row('user', [known, groups, ...from].join('; '))]
}

function addressLine({ asked, destination, user }: Explanation): readonly string[] {
  if (asked === undefined) return []
  const facts = [
    ...(destination.targets.length === 0
      ? [user.machine === undefined ? 'no target of the inventory' : 'no machine of the mesh']
      : [destination.targets.join(', ')]),
    ...(destination.tags.length === 0 ? [] : [`tags ${destination.tags.join(', ')}`]),
    ...(destination.special === undefined ? [] : [SPECIAL_CLASS_WORDS[destination.special]]),
  ]
  return [row('address', facts.join('; '))]
}

function rulesLines({ decision, rules, asked }: Explanation, file: string, ruleCount: number): readonly string[] {
  if (decision.verdict === 'allow' && decision.rule === undefined)
    return [row('rules', 'neither "acls" nor "grants": in the mesh everything is open')]
  if (asked === undefined) return []
  if (asked.rules === 0) return [row('rules', 'the policy has none; what no rule allows is denied')]
  const told = rules.slice(0, ruleCount)
  if (decision.verdict === 'allow') {
    const lines = told.map((rule, index) => row(index === 0 ? 'rule' : 'also', ruleText(rule, file)))
    return asked.allow > told.length
      ? [...lines, row('', `and ${asked.allow - told.length} more that allow it`)]
      : lines
  }
  const count = asked.rules === 1 ? '1 rule, which does not allow it' : `${asked.rules} rules, none allows it`
  const lines = [row('rules', told.length < asked.rules ? `${count}; the nearest ${told.length}:` : `${count}:`)]
  for (const rule of told) {
    lines.push(row('', ruleText(rule, file)))
    for (const { condition, text } of rule.failed) lines.push(row('', `  ${condition}: ${text}`))
  }
  return lines
}

function ruleText({ ref, summary }: ExplainedRule, file: string): string {
  return `${ref.section}[${ref.index}] ${place(ref, file)}  ${summary}`
}

function place({ line, column }: RuleRef, file: string): string {
  return `${file}:${line}:${column}`
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(8)} ${text}`.trimEnd()
}

/** What came from a caller rather than from the policy or the directory may hold anything. */
function safe(text: string): string {
  const quoted = quote(text)
  return quoted === `"${text}"` ? text : quoted
}
