import type { PolicyGroup } from '@sallyport/api'
import { amountText } from '../../words/amounts.ts'

/** What a group opens, one line for each rule that means it: `tag:db on 22, 5432`. */
export function opensText({ rules }: PolicyGroup): readonly { readonly line: number; readonly text: string }[] {
  return rules.map(({ line, destinations, ports }) => ({
    line,
    text: ports.length === 0 ? destinations.join(', ') : `${destinations.join(', ')} on ${ports.join(', ')}`,
  }))
}

/** Groups of which a name, a member or something opened has the text. */
export function matchingGroups(groups: readonly PolicyGroup[], text: string | undefined): readonly PolicyGroup[] {
  if (text === undefined) return groups
  const part = text.toLowerCase()
  return groups.filter((group) =>
    [group.name, ...group.members.map(({ name }) => name), ...opensText(group).map((each) => each.text)].some((each) =>
      each.toLowerCase().includes(part),
    ),
  )
}

/** One line of truth about all groups. */
export function groupsState(groups: readonly PolicyGroup[], version: number): string {
  const absent = groups.flatMap(({ members }) => members).filter(({ state }) => state === 'absent').length
  const idle = groups.filter(({ rules }) => rules.length === 0).length
  const parts = [
    `${amountText(groups.length, 'group')} in version ${version} of the policy.`,
    ...(absent === 0 ? [] : [`${amountText(absent, 'member is', 'members are')} not here.`]),
    ...(idle === 0 ? [] : [`${amountText(idle, 'group opens', 'groups open')} nothing.`]),
  ]
  return parts.join(' ')
}
