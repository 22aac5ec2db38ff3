import type { CompiledPolicy } from '../decide/compile.ts'
import { subjectOf } from '../decide/decide.ts'
import { selectsSubject } from '../decide/subject.ts'
import type { Selector, SshUser } from '../language/policy.ts'

/** One way to log in that the `ssh` section gives somebody without a check: as `login` on every target of `place`. */
export interface LoginPlace {
  /** A login name, or `nonroot` for every name but root. */
  readonly login: string
  /** A tag (`tag:db`), or `any`. */
  readonly place: string
}

/**
 * What a certificate may say of a person's logins, wherever they come from and whatever device they use: rules that ask for
 * a check, for a posture or for an address say nothing that holds for a whole day, so they are left out. In the order of the
 * text, each once; none for somebody whom the directory does not hold or who is disabled.
 */
export function loginPlaces(compiled: CompiledPolicy, userName: string): readonly LoginPlace[] {
  const user = compiled.directory.user(userName)
  if (user === undefined || user.disabled) return []
  const subject = subjectOf(user, undefined)
  const { policy, rules } = compiled
  const lasting = policy.sshRules.filter(
    (rule) =>
      rule.action === 'accept' &&
      rule.srcPosture.length === 0 &&
      policy.defaultSrcPosture.length === 0 &&
      rule.sources.some((selector) => selectsSubject(selector, subject, rules.memberships)),
  )
  const places = lasting.flatMap(({ destinations, users }) =>
    destinations.flatMap((selector) => {
      const place = placeOf(selector)
      return place === undefined ? [] : users.flatMap((each) => loginsOf(each, user.name).map((login) => ({ login, place })))
    }),
  )
  return [...new Map(places.map((each) => [`${each.login}@${each.place}`, each])).values()]
}

/** Targets know their own name and tags, and nothing of who owns a mesh node or of addresses. */
function placeOf(selector: Selector): string | undefined {
  if (selector.kind === 'tag') return selector.text
  return selector.kind === 'any' ? 'any' : undefined
}

function loginsOf(user: SshUser, userName: string): readonly string[] {
  switch (user.kind) {
    case 'name':
      return [user.text]
    case 'nonroot':
      return ['nonroot']
    case 'localpart': {
      const at = userName.lastIndexOf('@')
      const local = userName.slice(0, at)
      return at > 0 && userName.slice(at + 1) === user.domain && local !== 'root' ? [local] : []
    }
    default:
      return user satisfies never
  }
}
