import type { Policy, Posture, PostureCondition, PostureOperator } from '../language/policy.ts'
import { compareVersions } from './version-order.ts'

/** What is known of a device: `node:os`, `custom:tier`. */
export type Attributes = Readonly<Record<string, AttributeValue>>
export type AttributeValue = string | number | boolean

const NO_ATTRIBUTES: Attributes = {}

/** Attributes that hold versions: they compare as such (`13.4` is before `13.10`). */
const VERSION_ATTRIBUTES: readonly string[] = ['node:osVersion', 'node:tsVersion']

/** Postures of which a rule wants one: its own, or else the default ones; none where every device will do. */
export function posturesOf(policy: Policy, rule: { readonly srcPosture: readonly string[] }): readonly string[] {
  return rule.srcPosture.length > 0 ? rule.srcPosture : policy.defaultSrcPosture
}

/** Whether a device fulfils one of the postures that a rule wants. What is not known of it fulfils nothing but `NOT SET`. */
export function postureAllows(
  policy: Policy,
  rule: { readonly srcPosture: readonly string[] },
  attributes: Attributes | undefined,
): boolean {
  const wanted = posturesOf(policy, rule)
  return wanted.length === 0 || fulfilsOne(policy, wanted, attributes)
}

/** Whether a device fulfils one of these postures; a posture that the policy does not define is never fulfilled. */
export function fulfilsOne(policy: Policy, names: readonly string[], attributes: Attributes | undefined): boolean {
  return names.some((name) => {
    const posture = policy.postures.get(name)
    return posture !== undefined && unmetConditions(posture, attributes).length === 0
  })
}

/** The conditions of a posture that a device does not fulfil. */
export function unmetConditions(posture: Posture, attributes: Attributes | undefined): readonly PostureCondition[] {
  const known = attributes ?? NO_ATTRIBUTES
  return posture.conditions.filter((condition) => !fulfils(condition, known))
}

function fulfils({ attribute, operator, values }: PostureCondition, attributes: Attributes): boolean {
  const value = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined
  if (value === undefined) return operator === 'NOT SET'
  // What is no value of the language is known, and yet nothing.
  if (operator === 'NOT SET' || !isValue(value)) return false
  if (operator === 'IS SET') return true
  const isVersion = VERSION_ATTRIBUTES.includes(attribute)
  // A number is never compared with a text: that is no condition anybody meant, and so it is not fulfilled.
  const orders = values
    .filter((wanted) => typeof wanted === typeof value)
    .map((wanted) => compareValues(value, wanted, isVersion))
  return orders.length > 0 && HOLDS[operator](orders, isVersion || typeof value === 'number')
}

const HOLDS: Readonly<
  Record<Exclude<PostureOperator, 'IS SET' | 'NOT SET'>, (orders: readonly number[], ordered: boolean) => boolean>
> = {
  '==': ([order]) => order === 0,
  '!=': ([order]) => order !== 0,
  // Only numbers and versions have an order.
  '<': ([order = 0], ordered) => ordered && order < 0,
  '<=': ([order = 1], ordered) => ordered && order <= 0,
  '>': ([order = 0], ordered) => ordered && order > 0,
  '>=': ([order = -1], ordered) => ordered && order >= 0,
  IN: (orders) => orders.includes(0),
  'NOT IN': (orders) => !orders.includes(0),
}

function isValue(value: unknown): boolean {
  return typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string' || typeof value === 'boolean'
}

function compareValues(a: AttributeValue, b: AttributeValue, isVersion: boolean): number {
  if (isVersion && typeof a === 'string' && typeof b === 'string') return compareVersions(a, b)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return a === b ? 0 : 1
}
