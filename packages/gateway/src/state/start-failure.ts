import { AuditError } from '@sallyport/audit'
import { StoreError } from '@sallyport/store'
import { GatewayError } from '../gateway-error.ts'
import { hintOf } from '../ops/hint-of.ts'

/** Runs a start; what of store, log and file system stands in its way is thrown as a GatewayError that says what to do. */
export async function explained<T>(stateDirectory: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (thrown) {
    throw startFailure(stateDirectory, firstOf(thrown))
  }
}

/** What failed first: clearing up behind it may have failed as well, and says less. */
function firstOf(thrown: unknown): unknown {
  return thrown instanceof SuppressedError ? firstOf(thrown.suppressed) : thrown
}

function startFailure(stateDirectory: string, error: unknown): unknown {
  if (error instanceof AuditError || error instanceof StoreError) {
    const fix = hintOf(error)
    const name = error instanceof AuditError ? 'audit' : 'store'
    return new GatewayError(`${name}.unusable`, error.message, {
      why: `${name}: ${error.code}${reasonOf(error)}`,
      ...(fix === undefined ? {} : { fix }),
      cause: error,
    })
  }
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error
  const fix = hintOf(error)
  return new GatewayError('state.unusable', `${stateDirectory} cannot be used`, {
    why: error.message,
    ...(fix === undefined ? {} : { fix }),
    cause: error,
  })
}

/** What the file system or the database said, where that is what it came from. */
function reasonOf({ cause }: Error): string {
  if (!(cause instanceof Error)) return ''
  return cause instanceof StoreError ? reasonOf(cause) : `; ${cause.message}`
}
