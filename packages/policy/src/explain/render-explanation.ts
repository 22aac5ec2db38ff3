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
  for (const [index, remedy] of explanation.remedies.entries()) lines.push(row(index === 0 ? 'fix' : '', remedy))
  return `${lines.join('\n')}\n`
}

function headline({ decision, user, destination }: Explanation): string {
  const allowed = decision.verdict === 'allow'
  const what = `${destination.protocol} ${safe(destination.address)} port ${destination.port}`
  return `${allowed ? 'ALLOWED' : 'DENIED'}  ${safe(user.name)} ${allowed ? 'may' : 'may not'} open ${what}  [${decision.code}]`
}

function userLine({ user }: Explanation): readonly string[] {
  const known = user.role === undefined ? 'not known here' : `role ${user.role}`
  const groups = user.groups.length === 0 ? 'no groups' : `groups ${user.groups.join(', ')}`
  return [row('user', [known, groups, ...(user.source === undefined ? [] : [`from ${user.source}`])].join('; '))]
}

function addressLine({ destination }: Explanation): readonly string[] {
  const facts = [
    ...(destination.targets.length === 0 ? ['no target of the inventory'] : [destination.targets.join(', ')]),
    ...(destination.tags.length === 0 ? [] : [`tags ${destination.tags.join(', ')}`]),
    ...(destination.special === undefined ? [] : [SPECIAL_CLASS_WORDS[destination.special]]),
  ]
  return [row('address', facts.join('; '))]
}

function rulesLines({ decision, rules }: Explanation, file: string, ruleCount: number): readonly string[] {
  const allowing = rules.filter((rule) => rule.allows)
  if (decision.verdict === 'allow') {
    return allowing.slice(0, ruleCount).map((rule, index) => row(index === 0 ? 'rule' : 'also', ruleText(rule, file)))
  }
  if (rules.length === 0) return []
  const nearest = rules.toSorted((a, b) => a.failed.length - b.failed.length).slice(0, ruleCount)
  const count = rules.length === 1 ? '1 rule, which does not allow it' : `${rules.length} rules, none allows it`
  const lines = [row('rules', nearest.length < rules.length ? `${count}; the nearest ${nearest.length}:` : `${count}:`)]
  for (const rule of nearest) {
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
