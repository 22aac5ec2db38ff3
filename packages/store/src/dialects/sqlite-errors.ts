import { StoreError } from '../errors.ts'

/** Primary result codes, https://www.sqlite.org/rescode.html: the low byte of an extended code. */
const BUSY = 5
const LOCKED = 6
const READONLY = 8
const IOERR = 10
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const NOTADB = 26
/** Extended codes that tell more than their primary one. */
const IOERR_SHMSIZE = 4874
const CONSTRAINT_FOREIGNKEY = 787
const CONSTRAINT_PRIMARYKEY = 1555
const CONSTRAINT_UNIQUE = 2067

/** Whether SQLite says that somebody else holds the lock: nothing was done, and trying again may work. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error)
  return code !== undefined && ((code & 0xff) === BUSY || (code & 0xff) === LOCKED)
}

/** An error of node:sqlite in the words of this package. */
export function sqliteError(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  const code = resultCode(cause)
  if (code === undefined) return new StoreError('query-failed', 'the statement could not be run', { cause })
  switch (code) {
    case CONSTRAINT_UNIQUE:
    case CONSTRAINT_PRIMARYKEY:
      return new StoreError('already-exists', 'what must be unique exists already', { cause })
    case CONSTRAINT_FOREIGNKEY:
      return new StoreError('not-found', 'what the row refers to does not exist', { cause })
    case IOERR_SHMSIZE:
      return diskFull(cause)
  }
  switch (code & 0xff) {
    case BUSY:
    case LOCKED:
      return new StoreError('store-busy', 'another process holds the database', {
        cause,
        hint: 'look for a backup or a second gateway on the same state directory',
      })
    case FULL:
      return diskFull(cause)
    case CORRUPT:
    case NOTADB:
      return corrupt('the database file is damaged', cause)
    case READONLY:
    case IOERR:
    case CANTOPEN:
      return new StoreError('store-unavailable', 'the database file could not be read or written', { cause })
    default:
      return new StoreError('query-failed', 'the statement could not be run', { cause })
  }
}

/** The error of a damaged file, with what to do. */
export function corrupt(message: string, cause?: unknown): StoreError {
  return new StoreError('store-corrupt', message, {
    cause,
    hint: 'keep the file, put the last backup in its place, and run `sallyport audit verify`',
  })
}

function diskFull(cause: unknown): StoreError {
  return new StoreError('disk-full', 'no space is left for the database', {
    cause,
    hint: 'free space on the disk of the state directory',
  })
}

function resultCode(error: unknown): number | undefined {
  const code = typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' ? code : undefined
}
