import { randomBytes } from 'node:crypto'
import {
  type ApiTokenId,
  type AuthorityId,
  type BanId,
  ID_RANDOM_BYTES,
  type InvitationId,
  type KeyId,
  makeId,
  type PasskeyId,
  type PendingAccountId,
  type TargetId,
  type UserId,
  type WebSessionId,
} from '@sallyport/model'
import type { Kysely } from 'kysely'
import type { ChangeFeed, ChangeListener, Topic } from './change-feed.ts'
import type { Engine } from './engine.ts'
import type { Schema } from './schema.ts'

/** What repositories work with: the store itself, or one transaction of it. */
export interface Session {
  readonly db: Kysely<Schema>
  /** Runs in a transaction: this session's, where it is one. */
  transaction<T>(run: (tx: Session) => Promise<T>): Promise<T>
  /** The engine's, outside of transactions. */
  readonly atOnce?: Engine['atOnce'] | undefined
  /** To be called after what changed: told at once, or after the commit. */
  changed(topic: Topic): void
  subscribe(topics: readonly Topic[], listener: ChangeListener): Disposable
  /** Milliseconds since the epoch. */
  now(): number
  releaseReserve(): boolean
}

export interface SessionParts {
  readonly db: Kysely<Schema>
  readonly feed: ChangeFeed
  readonly now: () => number
  readonly releaseReserve: () => boolean
  /** Runs what a transaction does under the engine's guard. */
  readonly guard: <T>(run: () => Promise<T>) => Promise<T>
  readonly atOnce: Engine['atOnce']
}

/** The session of the store itself. */
export function rootSession(parts: SessionParts): Session {
  const { db, feed, now, releaseReserve, guard, atOnce } = parts
  const shared = {
    now,
    releaseReserve,
    subscribe: (topics: readonly Topic[], listener: ChangeListener) => feed.subscribe(topics, listener),
  }
  return {
    ...shared,
    db,
    atOnce,
    changed: (topic) => feed.publish([topic]),
    async transaction(run) {
      const touched = new Set<Topic>()
      const result = await db.transaction().execute((trx) => {
        const tx: Session = {
          ...shared,
          db: trx,
          changed: (topic) => touched.add(topic),
          transaction: (inner) => inner(tx),
        }
        return guard(() => run(tx))
      })
      if (touched.size > 0) feed.publish([...touched])
      return result
    },
  }
}

interface IdOf {
  user: UserId
  key: KeyId
  target: TargetId
  ban: BanId
  passkey: PasskeyId
  webSession: WebSessionId
  apiToken: ApiTokenId
  invitation: InvitationId
  pendingAccount: PendingAccountId
  authority: AuthorityId
}

/** A new id; 80 random bits do not meet twice. */
export function newId<K extends keyof IdOf>(kind: K): IdOf[K] {
  return makeId(kind, randomBytes(ID_RANDOM_BYTES))
}
