import { Kysely } from 'kysely'
import { ApiTokens } from './api-tokens.ts'
import { AuditCheckpoints } from './audit-checkpoints.ts'
import { AuditCounter } from './audit-counter.ts'
import { AuditEntries } from './audit-entries.ts'
import { Authorities } from './authorities.ts'
import { Bans } from './bans.ts'
import { Certificates } from './certificates.ts'
import { ChangeFeed } from './change-feed.ts'
import { openSqlite, type SqliteOptions } from './dialects/sqlite.ts'
import type { Engine } from './engine.ts'
import { ExternalIdentities } from './external-identities.ts'
import { Invitations } from './invitations.ts'
import { LoginChecks } from './login-checks.ts'
import { migrate } from './migrate.ts'
import { Passkeys } from './passkeys.ts'
import { PendingAccounts } from './pending-accounts.ts'
import { PolicyVersions } from './policy-versions.ts'
import { RevokedKeys } from './revoked-keys.ts'
import type { Schema } from './schema.ts'
import { SecondFactors } from './second-factors.ts'
import { rootSession, type Session } from './session.ts'
import { Settings } from './settings.ts'
import { Targets } from './targets.ts'
import { UserKeys } from './user-keys.ts'
import { Users } from './users.ts'
import { WebSessions } from './web-sessions.ts'

/** Kept back on the disk, so that the ends of open connections can be written down when it is full: some 40,000 entries. */
const RESERVE_BYTES = 16 * 1024 * 1024

export interface StoreOptions extends SqliteOptions {
  /** Milliseconds since the epoch, for the times that rows carry. */
  readonly now?: () => number
}

/** One repository per noun. */
export interface Repositories {
  readonly users: Users
  readonly userKeys: UserKeys
  readonly targets: Targets
  readonly policyVersions: PolicyVersions
  readonly auditEntries: AuditEntries
  readonly auditCounter: AuditCounter
  readonly auditCheckpoints: AuditCheckpoints
  readonly bans: Bans
  readonly settings: Settings
  readonly authorities: Authorities
  readonly certificates: Certificates
  readonly revokedKeys: RevokedKeys
  readonly webSessions: WebSessions
  readonly secondFactors: SecondFactors
  readonly passkeys: Passkeys
  readonly invitations: Invitations
  readonly externalIdentities: ExternalIdentities
  readonly pendingAccounts: PendingAccounts
  readonly apiTokens: ApiTokens
  readonly loginChecks: LoginChecks
}

/** What outlives the process. */
export interface Store extends Repositories, AsyncDisposable {
  /** Tells of commits, here and elsewhere. */
  readonly changes: ChangeFeed
  /**
   * Runs changes that belong together: all of them are committed, or none when `run` throws. Inside, use the
   * repositories it is given; the store's own throw `query-outside-transaction`, and so does what uses them, such as the
   * audit log. Keep it short: others wait for it.
   */
  transaction<T>(run: (repositories: Repositories) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Opens the store in a file, makes or migrates its schema. Throws what `openSqlite` does, and `schema-from-the-future`. */
export async function openStore({ now = Date.now, ...options }: StoreOptions): Promise<Store> {
  const engine = openSqlite({ reserveBytes: RESERVE_BYTES, ...options })
  return storeOver(engine, now)
}

/** The store over any engine, migrated. */
export async function storeOver(engine: Engine, now: () => number): Promise<Store> {
  const db = new Kysely<Schema>({ dialect: engine.dialect })
  try {
    await migrate(db as Kysely<unknown>, engine.columnTypes)
  } catch (error) {
    await engine.close()
    throw error
  }
  const feed = new ChangeFeed((onChange) => engine.watch(onChange))
  const session = rootSession({
    db,
    feed,
    now,
    guard: (run) => engine.guard(run),
    atOnce: engine.atOnce,
    releaseReserve: () => engine.releaseReserve(),
  })
  let closing: Promise<void> | undefined
  const close = () => {
    feed.close()
    closing ??= engine.close()
    return closing
  }
  return {
    ...repositories(session),
    changes: feed,
    transaction: (run) => session.transaction((tx) => run(repositories(tx))),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function repositories(session: Session): Repositories {
  return {
    users: new Users(session),
    userKeys: new UserKeys(session),
    targets: new Targets(session),
    policyVersions: new PolicyVersions(session),
    auditEntries: new AuditEntries(session),
    auditCounter: new AuditCounter(session),
    auditCheckpoints: new AuditCheckpoints(session),
    bans: new Bans(session),
    settings: new Settings(session),
    authorities: new Authorities(session),
    certificates: new Certificates(session),
    revokedKeys: new RevokedKeys(session),
    webSessions: new WebSessions(session),
    secondFactors: new SecondFactors(session),
    passkeys: new Passkeys(session),
    invitations: new Invitations(session),
    externalIdentities: new ExternalIdentities(session),
    pendingAccounts: new PendingAccounts(session),
    apiTokens: new ApiTokens(session),
    loginChecks: new LoginChecks(session),
  }
}
