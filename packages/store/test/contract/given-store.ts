import { test } from 'node:test'
import type { UserId } from '@sallyport/model'
import { type Store, StoreError, type StoreErrorCode } from '@sallyport/store'

/** What a suite needs to know of an engine: how to make an empty store, and to open the same one once more. */
export interface ContractEngine {
  readonly name: string
  /** An empty store, and another connection to the very same one, as a second process would have it. */
  open(now: () => number): Promise<{
    readonly store: Store
    readonly reopen: () => Promise<Store>
    readonly remove: () => Promise<void>
  }>
}

/** What a test has beside its store. */
export interface Around {
  /** The store open a second time; closed at the end. */
  readonly reopen: () => Promise<Store>
  /** What the store takes the time from, in milliseconds since the epoch. */
  readonly clock: { time: number }
}

/** A test that has an empty store of its own, closed and removed at the end. */
export type Given = (name: string, run: (store: Store, around: Around) => Promise<void>) => void

export function givenStore(engine: ContractEngine): Given {
  return (name, run) =>
    void test(name, async () => {
      const clock = { time: 1_000_000 }
      const { store, reopen, remove } = await engine.open(() => clock.time)
      const others: Store[] = []
      try {
        await run(store, {
          clock,
          reopen: async () => {
            const other = await reopen()
            others.push(other)
            return other
          },
        })
      } finally {
        for (const other of others) await other.close()
        await store.close()
        await remove()
      }
    })
}

export const coded = (code: StoreErrorCode) => (error: unknown) => error instanceof StoreError && error.code === code
export const bytes = (text: string) => new TextEncoder().encode(text)
export const NOWHERE = 'usr_aaaaaaaaaaaaaaaa' as UserId
