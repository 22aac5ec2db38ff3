import type { CompiledPolicy } from '../decide/compile.ts'
import { subjectOf } from '../decide/decide.ts'
import { selectsSubject } from '../decide/subject.ts'
import type { Selector, SshRule } from '../language/policy.ts'
import { allowsLogin, isSuperuser, loginNames } from './login-names.ts'

/** One way to log in that the `ssh` section gives somebody without a check: as `login` on every target of `place`. */
export interface LoginPlace {
  /** A login name, or `nonroot` for every name but a superuser's. */
  readonly login: string
  /** A tag (`tag:db`), or `any`. */
  readonly place: string
}

/** Stands for every name but a superuser's; no system has a user of this name. */
const NONROOT = 'nonroot'

/**
 * What a certificate may say of a person's logins, wherever they come from and whatever device they use: rules that ask for
 * a posture or an address say nothing that holds for a whole day, so they are left out; and a login that some rule checks
 * is left out everywhere, since a target may carry several tags. In the order of the text, each once; none for somebody
 * whom the directory does not hold or who is disabled.
 */
export function loginPlaces(compiled: CompiledPolicy, userName: string): readonly LoginPlace[] {
  const user = compiled.directory.user(userName)
  if (user === undefined || user.disabled) return []
  const { policy, rules } = compiled
  const subject = subjectOf(user, undefined)
  const selects = (rule: SshRule): boolean =>
    rule.sources.some((selector) => selectsSubject(selector, subject, rules.memberships))
  const checking = policy.sshRules.filter((rule) => rule.action === 'check')
  const isChecked = (login: string): boolean =>
    // Every other name is checked as soon as one of them may be.
    checking.some(({ users }) =>
      login === NONROOT ? !users.every(({ text }) => isSuperuser(text)) : allowsLogin(users, login, user.name),
    )
  const places = policy.sshRules
    .filter((rule) => rule.action === 'accept' && isUnconditional(compiled, rule) && selects(rule))
    .flatMap(({ destinations, users }) => {
      const { names, anyNonroot } = loginNames(users, user.name)
      const logins = [...names, ...(anyNonroot ? [NONROOT] : [])].filter((login) => !isChecked(login))
      return destinations.flatMap((selector) =>
        placesOf(selector, compiled).flatMap((place) => logins.map((login) => ({ login, place }))),
      )
    })
  return [...new Map(places.map((each) => [`${each.login}@${each.place}`, each])).values()]
}

function isUnconditional({ policy }: CompiledPolicy, rule: SshRule): boolean {
  return rule.srcPosture.length === 0 && policy.defaultSrcPosture.length === 0
}

/**
 * Targets know their own name and tags, and nothing of who owns a mesh node, or of addresses. No place is called
 * `autogroup:tagged`: it is every tag that some target carries.
 */
function placesOf(selector: Selector, { directory }: CompiledPolicy): readonly string[] {
  if (selector.kind === 'tag') return [selector.text]
  if (selector.text === 'autogroup:tagged')
    return [...new Set(directory.targets.flatMap(({ tags }) => tags))].toSorted()
  return selector.kind === 'any' ? ['any'] : []
}
