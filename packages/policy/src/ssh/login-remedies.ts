import { selectorFor } from '../explain/remedies.ts'
import type { Policy } from '../language/policy.ts'
import { quote } from '../text/quote.ts'
import type { ExplainedLoginRule, LoginExplanation } from './explain-login.ts'

/** Remedies told: the two nearest rules, and a rule of one's own. */
const NEAREST_MAX = 2

/** What would let somebody in, the likeliest first. */
export function loginRemedies(
  { tagOwners }: Policy,
  { decision, user, target, login, rules }: Omit<LoginExplanation, 'remedies'>,
): readonly string[] {
  // A tag that the policy does not define would only be refused.
  const tag = target.tags.find((each) => tagOwners.has(each))
  const own = target.owner === user.name
  switch (decision.code) {
    case 'login-accepted':
    case 'check-passed':
      return []
    case 'check-due':
      return ['pass the check that the rule asks for']
    case 'user-unknown':
      return [`add a user named ${quote(user.name)}`]
    case 'user-disabled':
      return [`enable the user ${user.name} again`]
    case 'no-ssh-rules':
    case 'no-login-rule':
      return [...new Set(rules.flatMap((rule) => change(rule, user.name, login)))]
        .slice(0, NEAREST_MAX)
        .concat(ownRule(user.name, own ? 'autogroup:self' : tag, login))
    default:
      return decision satisfies never
  }
}

/** How a rule that fails in one condition would come to admit them. */
function change({ ref, failed }: ExplainedLoginRule, name: string, login: string): readonly string[] {
  const [only, ...others] = failed
  if (only === undefined || others.length > 0) return []
  const rule = `ssh[${ref.index}] (line ${ref.line})`
  switch (only.condition) {
    case 'login':
      return [`add ${quote(login)} to "users" of ${rule}`]
    case 'source':
      return [`add ${quote(selectorFor(name))} to "src" of ${rule}`]
    case 'destination':
      // Everybody of the rule would get there: a rule of their own is the smaller change.
      return []
    case 'posture':
      return [`come from a device for which ${rule} holds: ${only.text}`]
    default:
      return only.condition satisfies never
  }
}

function ownRule(name: string, dst: string | undefined, login: string): string {
  if (dst === undefined) return 'give the target a tag, and that tag a rule in "ssh"'
  const rule = { action: 'accept', src: [selectorFor(name)], dst: [dst], users: [login] }
  return `add to "ssh": ${JSON.stringify(rule)}`
}
