import type { Explanation as ApiExplanation } from '@sallyport/api'
import { acceptedPrincipals } from '@sallyport/identity'
import { type CompiledPolicy, certificateTerms, isSuperuser, type Query } from '@sallyport/policy'
import type { DueCheck } from '../access/door-checks.ts'
import { ruleName } from '../access/roster-decider.ts'

type ApiLogin = NonNullable<ApiExplanation['login']>

/** What the door adds to an answer: the check it asks for, and whether our certificates have the login. */
interface DoorFacts {
  readonly check: DueCheck | undefined
  readonly certified: boolean
}

/** Whether a certificate that somebody gets there now lets them log in on the destination, once `target enrol` was there. */
export function isCertified(
  compiled: CompiledPolicy,
  { user, source, destination: { tags = [] } }: Query,
  login: string,
): boolean {
  const { places } = certificateTerms(compiled, user.name, source)
  const accepted = new Set(acceptedPrincipals(login, { name: '', tags }, { nonroot: !isSuperuser(login) }))
  return places.some((each) => accepted.has(`${each.login}@${each.place}`))
}

/** Where the door does more than open the port, or the policy says more than the door can see to: nobody shall take the one for the other. */
export function doorText(login: ApiLogin | undefined, { check, certified }: DoorFacts): string | null {
  const opens = `the SSH door opens the port${check === undefined ? '' : ` after a check (${ruleName(check.rule)})`}`
  if (login === undefined) return check === undefined ? null : opens
  const enrolled = certified
    ? 'an enrolled one takes a certificate for it'
    : `an enrolled one refuses certificates for it${login.verdict === 'check' ? ', which none has while a rule checks it' : ''}`
  const logins = `${opens} and does not see the login, which the target decides: ${enrolled}`
  if (login.code === 'no-ssh-rules') return `${logins}; on the mesh nobody would be let in, as the policy has no "ssh"`
  const words = {
    accept: 'on the mesh "ssh" lets them in',
    check: 'on the mesh "ssh" lets them in after a check',
    deny: 'on the mesh "ssh" keeps them out',
  }
  return `${logins}; ${words[login.verdict]}`
}
