import type { PolicyFlip, PolicySimulation } from '@sallyport/api'
import { amountText, countText } from '../../words/amounts.ts'

const SKIPPED: readonly (readonly [keyof PolicySimulation['skipped'], string])[] = [
  ['user_gone', 'the person is gone'],
  ['user_disabled', 'the person is disabled'],
  ['target_gone', 'the target is gone'],
  ['address_unknown', 'the name was never looked up'],
  ['not_by_policy', 'something else than the policy decided'],
  ['proof_unknown', 'a proof was missing, and whether it would be there now is not in the log'],
]

const PROOFS: Readonly<Record<PolicyFlip['proofs'][number], string>> = {
  factor: 'a factor',
  command: 'a certificate that forces the command',
  'post-quantum': 'a post-quantum key exchange',
  check: 'a check',
}

/** Whether anything at all comes out otherwise. */
export function changesAnything({ flipped, asked }: PolicySimulation): boolean {
  return flipped + asked > 0
}

/** What a replay found, in one sentence. */
export function resultText({ replayed, flipped, asked, already_so: already }: PolicySimulation): string {
  if (replayed === 0) return 'There is no decision of these days that can be asked again.'
  const all = amountText(replayed, 'decision')
  if (flipped + asked === 0)
    return replayed === 1
      ? 'The one decision of these days would be the same.'
      : `All ${all} of these days would be the same.`
  const parts = [
    ...(flipped === 0 ? [] : [`${countText(flipped)} would change`]),
    ...(asked === 0 ? [] : [`${countText(asked)} would want a proof first`]),
  ]
  const own = already === 0 ? '' : ` ${countText(already)} of the changes are so under the policy in force as well.`
  return `Of ${all}, ${parts.join(' and ')}.${own}`
}

/** Decisions that were not asked again, by why: `3 because the person is gone`. */
export function skippedTexts({ skipped }: PolicySimulation): readonly string[] {
  return SKIPPED.filter(([key]) => skipped[key] > 0).map(([key, why]) => `${countText(skipped[key])} because ${why}`)
}

/** Before and after, in words. */
export function changeText({ was, becomes, proofs }: Pick<PolicyFlip, 'was' | 'becomes' | 'proofs'>): {
  readonly before: string
  readonly after: string
} {
  const wanted = proofs.map((proof) => PROOFS[proof]).join(' and ')
  const before = was === 'allow' ? 'allowed' : 'denied'
  if (becomes === 'ask') return { before, after: `allowed, after ${wanted}` }
  if (becomes === 'deny') return { before, after: 'denied' }
  return { before, after: wanted === '' ? 'allowed' : `allowed, after ${wanted}` }
}

/** What decided then and what would now, as far as it is a line. */
export function becauseText({ was, was_rule: rule, was_version: version, code }: PolicyFlip): string {
  const then = rule === null ? '' : `${was === 'allow' ? 'was opened' : 'was refused'} by ${rule}`
  const of = rule === null || version === null ? '' : ` of version ${version}`
  return then === '' ? code : `${then}${of}`
}
