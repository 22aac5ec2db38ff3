import { type CompiledPolicy, reachingAnything } from '@sallyport/policy'
import type { Roster } from '../access/roster.ts'

/** Who would reach nothing any more, and on whose account that is refused. */
export interface Lockout {
  readonly whose: 'author' | 'administrators'
  /** Login names, sorted. */
  readonly names: readonly string[]
}

/**
 * Whether a policy locks out its author (a user who reaches something now and would reach nothing), or all of those who
 * could mend it: owners and admins with a key, of whom some reach something now and none would. The author needs no key: they
 * have just signed in, and certificates may open what they reach. Whoever speaks for the machine itself (`@local:…`) is no user,
 * so for them the second alone counts.
 */
export function lockoutBy(candidate: CompiledPolicy, roster: Roster, author: string): Lockout | undefined {
  const holders = new Set([...roster.keysByFingerprint.values()].map(({ userId }) => userId as string))
  const enabled = [...roster.usersById.values()].filter(({ disabled }) => !disabled)
  const canSignIn = enabled.filter(({ id }) => holders.has(id))
  const lost = (names: readonly string[]): readonly string[] => {
    const now = reachingAnything(roster.compiled, names)
    const then = new Set(reachingAnything(candidate, names))
    return now.filter((name) => !then.has(name))
  }
  if (lost(enabled.filter(({ name }) => name === author).map(({ name }) => name)).length > 0)
    return { whose: 'author', names: [author] }
  const administrators = canSignIn.filter(({ role }) => role === 'owner' || role === 'admin').map(({ name }) => name)
  const names = lost(administrators).toSorted()
  if (names.length === 0 || reachingAnything(candidate, administrators).length > 0) return undefined
  return { whose: 'administrators', names }
}
