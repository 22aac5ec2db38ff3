import { type Attributes, posturesOf, unmetConditions } from '../decide/posture.ts'
import type { Policy, Rule } from '../language/policy.ts'
import { quote } from '../text/quote.ts'

/** Postures of a rule, and conditions of a posture, that are told one by one. */
const TOLD_MAX = 3

/** Which conditions of which posture the device does not fulfil, and what is known of the device instead. */
export function postureReason(
  policy: Policy,
  rule: Pick<Rule, 'srcPosture'>,
  attributes: Attributes | undefined,
): string {
  const names = posturesOf(policy, rule)
  const told = names.slice(0, TOLD_MAX).map((name) => unmetText(policy, name, attributes))
  if (names.length > TOLD_MAX) told.push(`and ${names.length - TOLD_MAX} more`)
  const origin = rule.srcPosture.length === 0 ? ', by default' : ''
  return names.length === 1 ? `${told.join('')}${origin}` : `it takes one of these${origin}: ${told.join('; ')}`
}

/** The condition to fulfil for a rule to apply, of the first of its postures. */
export function postureRemedy(
  policy: Policy,
  rule: Pick<Rule, 'srcPosture'>,
  attributes: Attributes | undefined,
): string | undefined {
  const [name = ''] = posturesOf(policy, rule)
  const posture = policy.postures.get(name)
  if (posture === undefined) return undefined
  const wanted = unmetConditions(posture, attributes).map(({ text }) => text)
  return `sign in from a device with ${wanted.join(' and ')} (${name}, line ${posture.position.line})`
}

function unmetText(policy: Policy, name: string, attributes: Attributes | undefined): string {
  const posture = policy.postures.get(name)
  if (posture === undefined) return `${name} is not defined`
  const unmet = unmetConditions(posture, attributes)
  const told = unmet
    .slice(0, TOLD_MAX)
    .map(({ text, attribute }) => `${text} (${attributeText(attribute, attributes)})`)
  if (unmet.length > TOLD_MAX) told.push(`${unmet.length - TOLD_MAX} more conditions`)
  return `${name} wants ${told.join(' and ')}`
}

function attributeText(attribute: string, attributes: Attributes | undefined): string {
  const value = attributes !== undefined && Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined
  if (value === undefined) return 'not known of this device'
  return `it is ${typeof value === 'string' ? quote(value) : String(value)}`
}
