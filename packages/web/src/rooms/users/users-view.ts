import type { User } from '@sallyport/api'
import { amountText } from '../../words/amounts.ts'
import { personText } from '../../words/person-text.ts'
import type { UsersSearch } from './users-search.ts'

/** How somebody is called: by their name, or by their login where they gave none. */
export function personName({ display_name, name }: Pick<User, 'display_name' | 'name'>): string {
  return personText(display_name, name)
}

export function matchingUsers(users: readonly User[], { text, role }: UsersSearch): readonly User[] {
  const part = text?.toLowerCase()
  return users
    .filter((user) => role === undefined || user.role === role)
    .filter(
      ({ name, display_name }) =>
        part === undefined || name.toLowerCase().includes(part) || display_name.toLowerCase().includes(part),
    )
    .toSorted((a, b) => a.name.localeCompare(b.name))
}

/** One line of truth about everybody. */
export function usersState(users: readonly User[]): string {
  const disabled = users.filter((user) => user.disabled).length
  const live = users.filter(({ sessions }) => sessions > 0).length
  const keyless = users.filter(({ keys, disabled: off }) => keys === 0 && !off).length
  const parts = [
    `${amountText(users.length, 'person', 'people')}, ${live === 0 ? 'none' : live} connected now.`,
    ...(keyless === 0 ? [] : [`${amountText(keyless, 'has', 'have')} no SSH key.`]),
    ...(disabled === 0 ? [] : [`${amountText(disabled, 'is', 'are')} disabled.`]),
  ]
  return parts.join(' ')
}
