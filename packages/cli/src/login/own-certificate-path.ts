import { existsSync } from 'node:fs'
import type { CommandContext } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import { requireSignedIn } from './person.ts'

/** Where one's own certificate lies. Throws `sign-in.needed` where there is none. */
export function ownCertificatePath(context: CommandContext): string {
  const { profiles, profile } = requireSignedIn(context)
  const { certificate } = profiles.paths(profile.server)
  if (existsSync(certificate)) return certificate
  throw new CommandError('sign-in.needed', `you have no certificate of ${profile.server}`, {
    fix: 'sallyport cert renew',
  })
}
