import { AuditError } from '@sallyport/audit'
import { StoreError } from '@sallyport/store'
import { GatewayError } from '../gateway-error.ts'
import { hintOf } from '../ops/hint-of.ts'

/** What to do about an error of the file system, by its code. */
const FIXES: Readonly<Record<string, string>> = {
  ENOSPC: 'free space on its disk',
  EDQUOT: 'free space, or raise the quota',
  EROFS: 'mount it for writing, or name another directory: --state DIR',
  EACCES: 'give it to whoever runs the gateway, or name another directory: --state DIR',
  EPERM: 'give it to whoever runs the gateway, or name another directory: --state DIR',
}

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
      why: `${name}: ${error.code}`,
      ...(fix === undefined ? {} : { fix }),
      cause: error,
    })
  }
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error
  const fix = FIXES[String(error.code)]
  return new GatewayError('state.unusable', `${stateDirectory} cannot be used`, {
    why: error.message,
    ...(fix === undefined ? {} : { fix }),
    cause: error,
  })
}
