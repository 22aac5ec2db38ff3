import type { Target, TargetChange, TargetInput } from '@sallyport/api'
import { amountText, countText } from '../../words/amounts.ts'
import type { TargetsSearch } from './targets-search.ts'

export function matchingTargets(targets: readonly Target[], { text, tag }: TargetsSearch): readonly Target[] {
  const part = text?.toLowerCase()
  return targets
    .filter(({ tags }) => tag === undefined || tags.includes(tag))
    .filter(
      ({ name, address, tags }) =>
        part === undefined || [name, address, ...tags].some((each) => each.toLowerCase().includes(part)),
    )
    .toSorted((a, b) => a.name.localeCompare(b.name))
}

/** One line of truth about the inventory. */
export function targetsState(targets: readonly Target[]): string {
  const untagged = targets.filter(({ tags }) => tags.length === 0).length
  const unknown = targets.filter(({ host_keys }) => host_keys.length === 0).length
  const parts = [
    `${amountText(targets.length, 'target')}.`,
    ...(untagged === 0
      ? []
      : [
          `${amountText(untagged, 'has', 'have')} no tag, so rules reach ${untagged === 1 ? 'it' : 'them'} by address alone.`,
        ]),
    ...(unknown === 0
      ? []
      : [unknown === targets.length ? 'No host key is known.' : `The host key of ${countText(unknown)} is not known.`]),
  ]
  return parts.join(' ')
}

/** What is typed into the form of a target. */
export interface TargetForm {
  readonly name: string
  readonly address: string
  readonly port: string
  readonly tags: string
  readonly hostKey: string
}

export function formOf({ name, address, port, tags, host_keys }: Target): TargetForm {
  return { name, address, port: String(port), tags: tags.join(' '), hostKey: host_keys.join('\n') }
}

export function portFault(port: string): string | undefined {
  const number = Number(port)
  return Number.isInteger(number) && number >= 1 && number <= 65_535 ? undefined : 'A port is 1 to 65535'
}

/** `prod db` and `tag:prod, tag:db` mean the same. */
export function tagsFrom(text: string): readonly string[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  return [...new Set(words.map((word) => (word.startsWith('tag:') ? word : `tag:${word}`)))]
}

export function targetFrom({ name, address, port, tags, hostKey }: TargetForm): Required<TargetInput> {
  const keys = hostKey.split('\n').map((line) => line.trim())
  return {
    name: name.trim(),
    address: address.trim(),
    port: Number(port),
    tags: [...tagsFrom(tags)],
    host_keys: keys.filter((line) => line !== ''),
  }
}

/** What is typed that the page did not show: what somebody else changed meanwhile stays as they left it. */
export function changeFrom(target: Target, form: TargetForm): TargetChange {
  const { name: _, ...typed } = targetFrom(form)
  return Object.fromEntries(
    Object.entries(typed).filter(
      ([field, value]) => JSON.stringify(value) !== JSON.stringify(target[field as keyof typeof typed]),
    ),
  )
}
