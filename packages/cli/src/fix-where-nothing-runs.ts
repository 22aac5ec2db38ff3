import { existsSync } from 'node:fs'
import type { GlobalOptions } from './command-context.ts'

/**
 * What to do where no daemon answers: on a machine that never had one, and where none was named, the gateway is most likely
 * another machine, and `sallyport up` would only make a second one. Empty where the usual advice holds.
 */
export function fixWhereNothingRuns(
  { state, local }: Pick<GlobalOptions, 'state' | 'local'>,
  environment: Readonly<Record<string, string | undefined>>,
  stateDirectory: string,
): { readonly fix?: string } {
  const named = local || state !== undefined || (environment['SALLYPORT_STATE'] ?? '') !== ''
  if (named || existsSync(stateDirectory)) return {}
  return {
    fix: 'sallyport login --server https://gw.example.com:8443    (to start a gateway on this machine: sallyport up)',
  }
}
