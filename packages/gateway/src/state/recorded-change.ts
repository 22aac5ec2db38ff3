import type { AuditEvent } from '@sallyport/audit'
import type { Repositories } from '@sallyport/store'

/**
 * Makes a change of the store and writes it down, in one transaction: neither stands without the other. Inside, only `tx` may
 * be asked, and `record` takes what is written last; what is kept in memory follows when it has resolved.
 */
export type RecordedChange = <T>(
  run: (tx: Repositories, record: (event: AuditEvent) => void) => Promise<T>,
) => Promise<T>
