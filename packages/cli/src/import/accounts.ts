/** People and groups that files of the jump host name, as far as they are known. */
export class Accounts {
  /** Groups by account; an account of /etc/passwd has its primary group among them. */
  readonly #groupsOf = new Map<string, Set<string>>()
  /** Accounts whose groups are all known: their primary group stands in /etc/passwd. */
  readonly #whole = new Set<string>()
  readonly #members = new Map<string, Set<string>>()
  readonly #names = new Set<string>()

  /** Every account that is to be asked about, in the order of the files. */
  get names(): readonly string[] {
    return [...this.#names]
  }

  groupsOf(name: string): readonly string[] {
    return [...(this.#groupsOf.get(name) ?? [])]
  }

  /** Whether every group of this account is known. */
  isWhole(name: string): boolean {
    return this.#whole.has(name)
  }

  /** Accounts of a group, or `undefined` for a group that no file names. */
  membersOf(group: string): readonly string[] | undefined {
    const members = this.#members.get(group)
    return members === undefined ? undefined : [...members]
  }

  get groups(): readonly string[] {
    return [...this.#members.keys()]
  }

  addName(name: string): void {
    this.#names.add(name)
  }

  addGroup(group: string): void {
    if (!this.#members.has(group)) this.#members.set(group, new Set())
  }

  addMember(group: string, name: string): void {
    this.addGroup(group)
    this.#members.get(group)?.add(name)
    const groups = this.#groupsOf.get(name) ?? new Set<string>()
    groups.add(group)
    this.#groupsOf.set(name, groups)
  }

  markWhole(name: string): void {
    this.#whole.add(name)
  }
}

/** Shells of accounts that nobody signs in with. */
const NO_LOGIN = /\/(?:nologin|false|sync|shutdown|halt)$/
/** Fields of a line of passwd(5) and of group(5). */
const PASSWD_FIELDS = 7
const GROUP_FIELDS = 4

/**
 * Reads texts in the form of /etc/passwd and /etc/group (`getent passwd`, `getent group`), told apart line by line.
 * Accounts whose shell lets nobody in are known, and counted in no list of people.
 */
export function readAccounts(texts: readonly string[]): Accounts {
  const accounts = new Accounts()
  const groupNames = new Map<string, string>()
  const primary: { name: string; gid: string; person: boolean }[] = []
  let groupsGiven = false
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const fields = line.trimEnd().split(':')
    const [name = '', , third = '', fourth = ''] = fields
    if (name === '' || name.startsWith('#')) continue
    if (fields.length === PASSWD_FIELDS) {
      primary.push({ name, gid: fourth, person: !NO_LOGIN.test(fields[PASSWD_FIELDS - 1] ?? '') })
    } else if (fields.length === GROUP_FIELDS) {
      groupsGiven = true
      if (!groupNames.has(third)) groupNames.set(third, name)
      accounts.addGroup(name)
      for (const member of fourth.split(',').map((each) => each.trim())) {
        if (member === '') continue
        accounts.addName(member)
        accounts.addMember(name, member)
      }
    }
  }
  for (const { name, gid, person } of primary) {
    if (person) accounts.addName(name)
    const group = groupNames.get(gid)
    if (group !== undefined) accounts.addMember(group, name)
    // Without the groups' file, or with a primary group it does not have, some of the groups stay unknown.
    if (groupsGiven && group !== undefined) accounts.markWhole(name)
  }
  return accounts
}
