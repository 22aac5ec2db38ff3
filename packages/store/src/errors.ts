export const STORE_ERROR_CODES = [
  'already-exists',
  'disk-full',
  'not-found',
  'permissions-too-open',
  'query-failed',
  'query-outside-transaction',
  'schema-from-the-future',
  'still-in-use',
  'store-busy',
  'store-closed',
  'store-corrupt',
  'store-unavailable',
] as const

/**
 * - `already-exists`: a name, key or id that must be unique is taken.
 * - `disk-full`: no space is left where the store is.
 * - `not-found`: what a change is about does not exist.
 * - `permissions-too-open`: others on the machine could read or replace the store's files.
 * - `query-failed`: the database refused a statement; the cause tells why. A mistake of ours.
 * - `query-outside-transaction`: inside a transaction, the store itself was used instead of what the transaction gave.
 * - `schema-from-the-future`: a newer version wrote this store.
 * - `still-in-use`: what was to be taken away is what everything now stands on.
 * - `store-busy`: another process held the store longer than was waited for.
 * - `store-closed`: the store was closed before.
 * - `store-corrupt`: the file is damaged or no database.
 * - `store-unavailable`: the file could not be opened, read or written.
 */
export type StoreErrorCode = (typeof STORE_ERROR_CODES)[number]

/** The only error class of this package. */
export class StoreError extends Error {
  readonly code: StoreErrorCode
  /** What an operator can do about it, where that is known. */
  readonly hint: string | undefined

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions & { readonly hint?: string }) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
    this.hint = options?.hint
  }
}
