import type { ImportedRule } from './sshd-rules.ts'

/** Where rules lead, in the policy's words. */
export interface PolicyDestination {
  /** `db1:22`, as `dst` has it. */
  readonly text: string
  /** `*` for every address. */
  readonly address: string
  readonly port: number | '*'
  /** Not in the policy but in a comment, for this reason. */
  readonly leftOut?: string
}

export interface PolicyRule {
  readonly rule: ImportedRule
  readonly src: readonly string[]
  readonly dst: readonly PolicyDestination[]
}

/** Accounts of which tests are made, and destinations in each list of a test. */
const TESTED_MAX = 100
const ASKED_MAX = 12
/** A port to ask about where any is open. */
const ANY_PORT = 22

/** Lines of `tests`: what each kind of person may and may not open, by the rules themselves. */
export function testsOfRules(rules: readonly PolicyRule[], logins: ReadonlyMap<string, string>): readonly string[] {
  const live = rules
    .map((rule) => ({ ...rule, dst: rule.dst.filter(({ leftOut }) => leftOut === undefined) }))
    .filter(({ dst }) => dst.length > 0)
  const all = live.flatMap(({ dst }) => dst)
  const concrete = all.filter(({ address }) => address !== '*')
  const opened = new Map<string, PolicyDestination[]>()
  const everybody = live.flatMap(({ rule, dst }) => (rule.who === 'everybody' ? dst : []))
  for (const { rule, dst } of live) {
    if (rule.who === 'everybody' || 'from' in rule.who) continue
    for (const name of rule.who.accounts) {
      const list = opened.get(name)
      if (list !== undefined) list.push(...dst)
      else if (opened.size < TESTED_MAX) opened.set(name, [...everybody, ...dst])
    }
  }
  const seen = new Set<string>()
  const tests: string[] = []
  const add = (src: string, dst: readonly PolicyDestination[]): void => {
    const accept = firstOf(dst.flatMap((each) => askable(each, concrete)))
    const deny = firstOf(
      concrete.filter((each) => !dst.some((open) => opens(open, each))).flatMap((each) => askable(each, [])),
    )
    const key = JSON.stringify([accept, deny])
    // One of those who may do the same is enough.
    if (seen.has(key) || accept.length + deny.length === 0) return
    seen.add(key)
    const lists = [
      accept.length > 0 ? `"accept": ${listText(accept)}` : '',
      deny.length > 0 ? `"deny": ${listText(deny)}` : '',
    ]
    tests.push(`    { "src": ${JSON.stringify(src)}, ${lists.filter((text) => text !== '').join(', ')} },`)
  }
  for (const [name, dst] of opened) {
    const login = logins.get(name)
    if (login !== undefined) add(login, dst)
  }
  const forAll = firstOf(everybody.flatMap((each) => askable(each, concrete)))
  if (forAll.length > 0) tests.push(`    { "src": "autogroup:member", "accept": ${listText(forAll)} },`)
  return tests
}

function opens(outer: PolicyDestination, inner: PolicyDestination): boolean {
  return (
    (outer.address === '*' || outer.address === inner.address) &&
    (outer.port === '*' || inner.port === '*' || outer.port === inner.port)
  )
}

/** Questions about a destination: one address and one port each; about a wide one, by way of the others that are known. */
function askable(destination: PolicyDestination, known: readonly PolicyDestination[]): readonly string[] {
  const { text, address, port } = destination
  const at = port === '*' ? ANY_PORT : port
  if (address !== '*') return [`${text.slice(0, text.lastIndexOf(':'))}:${at}`]
  const [other] = known
  return other === undefined ? [] : [`${other.text.slice(0, other.text.lastIndexOf(':'))}:${at}`]
}

function firstOf(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].slice(0, ASKED_MAX)
}

/** `["a", "b"]`. */
export function listText(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(', ')}]`
}
