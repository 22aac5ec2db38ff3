import { ApiError, type AuditVerification } from '@sallyport/api'
import type { CommandContext } from './command-context.ts'

/** Has the gateway verify its audit log; where this machine's does not run, reads its state instead. */
export async function verifyLog(context: CommandContext): Promise<AuditVerification> {
  const { daemon, remote, signal, stateDirectory } = context
  try {
    return await daemon.call('audit.verify', {}, { signal })
  } catch (error) {
    const away = error instanceof ApiError && error.reason === 'daemon.unreachable'
    if (!away || remote !== undefined) throw error
    const { verifyState } = await import('@sallyport/gateway') // the daemon's code, which no other command of this kind needs
    const found = await verifyState(stateDirectory, signal)
    if (found === undefined) throw error
    context.note('no gateway runs here: this is what stands in its state directory')
    return found
  }
}
