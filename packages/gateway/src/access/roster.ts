import type { Target, User, UserKey } from '@sallyport/model'
import { type CompiledPolicy, compilePolicy, failures, type Policy, parsePolicy, runTests } from '@sallyport/policy'
import type { ExternalIdentity, PolicyVersion, Store } from '@sallyport/store'
import { type Ban, Bans } from '../defence/bans.ts'
import { canonicalAddress, parseNetwork } from '../defence/network.ts'
import { GatewayError } from '../gateway-error.ts'
import { readTrust, type Trust } from './trust.ts'

/** Who and what the gateway knows, and the policy over it, at one moment. Never changed: a change makes a new one. */
export interface Roster {
  readonly usersById: ReadonlyMap<string, User>
  readonly usersByName: ReadonlyMap<string, User>
  /** Groups that identity providers vouch for, `group:NAME`, by the user's id. */
  readonly groupsByUser: ReadonlyMap<string, readonly string[]>
  readonly keysByFingerprint: ReadonlyMap<string, UserKey>
  readonly targetsByName: ReadonlyMap<string, Target>
  /** By canonical address, for targets whose address is one. */
  readonly targetsByAddress: ReadonlyMap<string, readonly Target[]>
  readonly policyVersion: PolicyVersion
  readonly policy: Policy
  readonly compiled: CompiledPolicy
  readonly bans: Bans
  readonly trust: Trust
}

/** What is read from the store. */
interface Rows {
  readonly users: readonly User[]
  readonly keys: readonly UserKey[]
  readonly targets: readonly Target[]
  readonly policyVersion: PolicyVersion | undefined
  readonly bans: readonly Ban[]
  readonly trust: Trust
  /** With the groups that their providers may vouch for. */
  readonly identities: readonly ExternalIdentity[]
}

type Vouches = (issuer: string, group: string) => boolean

/** Milliseconds until the store is asked again after it failed: what was revoked has to act within 5 s of its recovery. */
const RETRY_MS = 1000

const TOPICS = [
  'users',
  'user-keys',
  'external-identities',
  'targets',
  'policy-versions',
  'bans',
  'authorities',
  'certificates',
  'revoked-keys',
] as const

/**
 * Keeps a roster in memory in step with the store, so that decisions are synchronous and see one moment.
 * Listeners are told after each change, with the new roster in place.
 */
export class RosterKeeper implements AsyncDisposable {
  readonly #store: Store
  readonly #vouches: Vouches
  readonly #failed: (what: string, error: unknown) => void
  readonly #listeners = new Set<(roster: Roster) => void>()
  readonly #subscription: Disposable
  #current: Roster
  #running: Promise<void> | undefined
  #stale = false
  #retry: NodeJS.Timeout | undefined
  #closed = false

  private constructor(store: Store, vouches: Vouches, first: Roster, failed: (what: string, error: unknown) => void) {
    this.#store = store
    this.#vouches = vouches
    this.#current = first
    this.#failed = failed
    this.#subscription = store.changes.subscribe(TOPICS, () => this.#noticed())
  }

  /**
   * `vouches`: which issuers may say of whom that they are in a group (`group:NAME`), as the configuration has it now.
   * Throws GatewayError `policy.invalid` where the store's policy cannot be used, and what the store throws.
   */
  static async open(
    store: Store,
    failed: (what: string, error: unknown) => void,
    vouches: Vouches = () => false,
  ): Promise<RosterKeeper> {
    const rows = await readRows(store, vouches)
    const { policyVersion } = rows
    if (policyVersion === undefined)
      throw new GatewayError('policy.invalid', 'there is no policy', { fix: 'run: sallyport init' })
    const parsed = parsePolicy(policyVersion.text)
    if (!parsed.ok) {
      throw new GatewayError('policy.invalid', `version ${policyVersion.version} of the policy cannot be used`, {
        why: parsed.diagnostics.map(({ line, column, message }) => `line ${line}:${column}: ${message}`).join('\n'),
        fix: 'put the version of the gateway back that took this policy',
      })
    }
    return new RosterKeeper(store, vouches, rosterOf(rows, policyVersion, parsed.policy), failed)
  }

  get current(): Roster {
    return this.#current
  }

  /** Calls back after every change, until disposed. */
  onChange(listener: (roster: Roster) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  /** Resolves once everything that was committed before the call is in force. */
  refresh(): Promise<void> {
    this.#stale = true
    this.#running ??= this.#run()
    return this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    this.#subscription[Symbol.dispose]()
    await this.#running?.catch(() => {})
  }

  #noticed(): void {
    this.refresh().catch((error: unknown) => this.#failed('read users, targets and policy from the store', error))
  }

  async #run(): Promise<void> {
    try {
      while (this.#stale) await this.#read()
    } catch (error) {
      // Nobody tells of that change a second time: it is asked for until it is here.
      clearTimeout(this.#retry)
      if (!this.#closed) this.#retry = setTimeout(() => this.#noticed(), RETRY_MS).unref()
      throw error
    } finally {
      // In the same turn as the last look at `#stale`, so that a change in between begins a new run.
      this.#running = undefined
    }
  }

  async #read(): Promise<void> {
    this.#stale = false
    const rows = await readRows(this.#store, this.#vouches)
    const before = this.#current
    const policyVersion = rows.policyVersion ?? before.policyVersion
    let policy: Policy | undefined = before.policy
    if (policyVersion.version !== before.policyVersion.version) {
      const parsed = parsePolicy(policyVersion.text)
      policy = parsed.ok ? parsed.policy : undefined
      if (!parsed.ok)
        this.#failed(`use version ${policyVersion.version} of the policy; the old one stays`, parsed.diagnostics[0])
    }
    this.#current =
      policy === undefined
        ? rosterOf(rows, before.policyVersion, before.policy, before.compiled)
        : rosterOf(rows, policyVersion, policy, before.compiled)
    for (const listener of this.#listeners) listener(this.#current)
  }
}

/** Why a policy text is not taken. */
export type PolicyProblem =
  | { readonly kind: 'invalid'; readonly parsed: ReturnType<typeof parsePolicy> & { readonly ok: false } }
  | { readonly kind: 'tests-failed'; readonly failures: readonly string[] }

/** Whether a policy may be put into force over a roster: it reads, and its tests pass. */
export function judgePolicy(text: string, roster: Roster | undefined): PolicyProblem | undefined {
  const parsed = parsePolicy(text)
  if (!parsed.ok) return { kind: 'invalid', parsed }
  const report = runTests(compilePolicy(parsed.policy, directoryOf(roster)))
  return report.passed ? undefined : { kind: 'tests-failed', failures: failures(report) }
}

/** The roster's users and targets as the policy sees them. */
export function directoryOf(roster: Roster | undefined) {
  const users = roster === undefined ? [] : [...roster.usersById.values()]
  const targets = roster === undefined ? [] : [...roster.targetsByName.values()]
  const groups = roster?.groupsByUser
  return {
    users: users.map((user) => {
      const vouched = groups?.get(user.id) ?? []
      return vouched.length === 0 ? user : { ...user, groups: vouched }
    }),
    targets: targets.map(({ name, address, tags }) => ({ name, addresses: [address], tags })),
  }
}

async function readRows(store: Store, vouches: Vouches): Promise<Rows> {
  return store.transaction(async (tx) => ({
    users: await tx.users.list(),
    keys: await tx.userKeys.list(),
    targets: await tx.targets.list(),
    policyVersion: await tx.policyVersions.current(),
    bans: (await tx.bans.list()).flatMap(({ subject, createdBy, ...ban }) => {
      const network = parseNetwork(subject)
      return network === undefined ? [] : [{ ...ban, network, by: createdBy }]
    }),
    trust: await readTrust(tx, Date.now()),
    identities: (await tx.externalIdentities.list()).map(({ groups, ...identity }) => ({
      ...identity,
      groups: groups.filter((group) => vouches(identity.issuer, group)),
    })),
  }))
}

function rosterOf(
  { users, keys, targets, bans, trust, identities }: Rows,
  policyVersion: PolicyVersion,
  policy: Policy,
  before?: CompiledPolicy,
): Roster {
  const targetsByAddress = new Map<string, Target[]>()
  for (const target of targets) {
    const address = canonicalAddress(target.address)
    if (address === undefined) continue
    const there = targetsByAddress.get(address)
    if (there === undefined) targetsByAddress.set(address, [target])
    else there.push(target)
  }
  const roster = {
    usersById: new Map(users.map((user) => [user.id as string, user])),
    usersByName: new Map(users.map((user) => [user.name, user])),
    groupsByUser: groupsByUser(identities),
    keysByFingerprint: new Map(keys.map((key) => [key.fingerprint, key])),
    targetsByName: new Map(targets.map((target) => [target.name, target])),
    targetsByAddress,
    policyVersion,
    policy,
    bans: new Bans(bans),
    trust,
  }
  return { ...roster, compiled: compilePolicy(policy, directoryOf(roster as unknown as Roster), before) }
}

/** Somebody with several identities is in the groups of all of them. */
function groupsByUser(identities: readonly ExternalIdentity[]): ReadonlyMap<string, readonly string[]> {
  const byUser = new Map<string, readonly string[]>()
  for (const { userId, groups } of identities) {
    if (groups.length === 0) continue
    byUser.set(userId, [...new Set([...(byUser.get(userId) ?? []), ...groups])].sort())
  }
  return byUser
}
