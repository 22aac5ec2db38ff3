import { environmentName } from './environment-name.ts'
import { nearestName } from './nearest-name.ts'
import { settingsByName } from './settings.ts'

const PREFIX = 'SALLYPORT_'
/** What the daemon and the command read beside the settings. */
const OTHERS = ['ACCEPT_AUDIT_ROLLBACK', 'FINGERPRINT', 'SERVER', 'STATE', 'TOKEN'] as const
/** What container platforms set for a service of this name, and nobody writes. */
const BY_PLATFORM = /^(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_\d+_(?:TCP|UDP)(?:_(?:PROTO|PORT|ADDR))?)?)$/

/** A variable of the environment that looks like ours and that nobody reads. */
export interface UnknownVariable {
  readonly name: string
  /** The one that was probably meant. */
  readonly nearest: string | undefined
}

/** Variables that begin with `SALLYPORT_` and mean nothing, in the order of their names. */
export function unknownVariables(
  environment: Readonly<Record<string, string | undefined>>,
): readonly UnknownVariable[] {
  const known = new Set([
    ...[...settingsByName.keys()].map((name) => environmentName(name).slice(PREFIX.length)),
    ...OTHERS,
  ])
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && environment[name] !== undefined)
    .map((name) => name.slice(PREFIX.length))
    .filter((rest) => !known.has(rest) && !BY_PLATFORM.test(rest))
    .toSorted()
    .map((rest) => {
      const nearest = nearestName(rest.toUpperCase(), known)
      return { name: PREFIX + rest, nearest: nearest === undefined ? undefined : PREFIX + nearest }
    })
}
