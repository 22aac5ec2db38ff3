/**
 * User names come from strangers and travel far: logs, terminals, target names, certificate principals. What is let in
 * is therefore a list of what is allowed, not of what is known to be bad (V-B17).
 */

/** Says whether a user name may be used at all; asked before anything else sees it. */
export type UserNamePolicy = (name: string) => boolean

/**
 * Letters, marks and digits of any script, and the joints that name grammars need: `.` `_` `-` `+` `@` `:` `=` `,` `/` `#` `~`.
 * Left out on purpose: white space, control, format and bidirectional characters, quotes, `$`, `%`, `\`, brackets, wildcards.
 */
const ALLOWED = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}._+@:=,/#~-]*$/u
/** All digits would be taken for a user id somewhere. */
const NUMERIC = /^\p{N}+$/u

/** The policy unless another is given: the allow-list above, not beginning with a sign, not a mere number. */
export function plainUserName(name: string): boolean {
  return ALLOWED.test(name) && !NUMERIC.test(name)
}
