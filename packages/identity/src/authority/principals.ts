import type { UserId } from '@sallyport/model'
import { isPrincipal } from '@sallyport/ssh/keys'

/** One way to log in that the policy gives somebody: as `login` on every target of `place`. */
export interface LoginGrant {
  /** A login name, or `nonroot` for every name but root. */
  readonly login: string
  /** A target's name, a tag (`tag:db`), or `any`. */
  readonly place: string
}

/** Principals of one certificate: sshd reads at most 256, and each is compared at every login. */
export const PRINCIPALS_MAX = 256

/** A certificate may name its owner in places alone. */
interface PrincipalOptions {
  readonly byName?: boolean
}

/**
 * Names a user certificate carries. First the person's id, which is what a gateway asks for; then their login name, which a
 * target that knows nothing of us compares with the login; then one for each grant, `root@tag:db`: targets that
 * `target enrol` has set up accept these and nothing else, so that root on one target is not root on all of them. Without
 * `byName` the login name is left out.
 */
export function principalsOf(
  user: { readonly id: UserId; readonly name: string },
  grants: readonly LoginGrant[],
  { byName = true }: PrincipalOptions = {},
): readonly string[] {
  // A person whose own name is root must not open every root account with it.
  const own = user.name === 'root' || !byName ? [user.id] : [user.id, user.name]
  const granted = grants.map(({ login, place }) => `${login}@${place}`)
  const named = [...new Set([...own, ...granted])].filter((each) => isPrincipal(each, 'user'))
  return named.slice(0, PRINCIPALS_MAX)
}

/**
 * Principals that a target accepts for a login: its own name, each of its tags, and every place. `login` may be sshd's
 * `%u`. For root, grants of `nonroot` do not count.
 */
export function acceptedPrincipals(
  login: string,
  target: { readonly name: string; readonly tags: readonly string[] },
  { nonroot }: { readonly nonroot: boolean },
): readonly string[] {
  const places = [target.name, ...target.tags, 'any']
  const logins = nonroot ? [login, 'nonroot'] : [login]
  return logins.flatMap((each) => places.map((place) => `${each}@${place}`))
}
