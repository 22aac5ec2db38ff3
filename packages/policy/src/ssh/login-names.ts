import type { SshUser } from '../language/policy.ts'

/**
 * Names that are the superuser on the systems that have them: `toor` is the second one of the BSDs. Only a rule that names
 * one lets anybody log in as it. Compared without regard to case, as macOS does when it looks up users.
 */
export const SUPERUSERS: readonly string[] = ['root', 'toor']

export function isSuperuser(login: string): boolean {
  return SUPERUSERS.includes(login.toLowerCase())
}

/** Whether a rule's `users` let this person, or a machine where there is none, log in under this name. */
export function allowsLogin(users: readonly SshUser[], login: string, person: string | undefined): boolean {
  return login !== '' && users.some((user) => admits(user, login, person))
}

function admits(user: SshUser, login: string, person: string | undefined): boolean {
  switch (user.kind) {
    case 'name':
      return user.text === login
    case 'nonroot':
      return !isSuperuser(login)
    case 'localpart':
      return localLogin(user.domain, person) === login
    default:
      return user satisfies never
  }
}

/** The login name that `localpart:*@domain` gives a person: none of another domain, never a superuser's. */
export function localLogin(domain: string, person: string | undefined): string | undefined {
  const at = person?.lastIndexOf('@') ?? -1
  if (person === undefined || at < 1 || person.slice(at + 1).toLowerCase() !== domain.toLowerCase()) return undefined
  const local = person.slice(0, at)
  return isSuperuser(local) ? undefined : local
}

/** What a rule's `users` come to for one person, for lists: `alice`, `ubuntu`, and whether any other name will do. */
export interface LoginNames {
  /** In the order of the rule, none twice. */
  readonly names: readonly string[]
  /** Every name but a superuser's: `autogroup:nonroot`. */
  readonly anyNonroot: boolean
}

export function loginNames(users: readonly SshUser[], person: string | undefined): LoginNames {
  const names = new Set<string>()
  for (const user of users) {
    const name =
      user.kind === 'name' ? user.text : user.kind === 'localpart' ? localLogin(user.domain, person) : undefined
    if (name !== undefined) names.add(name)
  }
  return { names: [...names], anyNonroot: users.some((user) => user.kind === 'nonroot') }
}

/** Whether `users` hold a `localpart:` entry: such a rule also admits people to their own machines. */
export function hasLocalpart(users: readonly SshUser[]): boolean {
  return users.some((user) => user.kind === 'localpart')
}
