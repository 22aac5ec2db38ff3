import { ApiError } from '@sallyport/api'
import type { CommandContext } from '../command-context.ts'
import { agentSocket, keyComment, notSignedIn, requireSignedIn } from './person.ts'
import { isUsable, renewCertificate } from './renew-certificate.ts'
import { certificateIn, needsRenewal } from './saved-certificate.ts'

export interface RenewAsked {
  readonly ifNeeded: boolean
  readonly agent: boolean
  readonly seconds?: number
}

export interface Renewed {
  readonly renewed: boolean
  readonly valid_before: string
}

/** Makes a new certificate with the session that `login` left, where one is needed. */
export async function renew(context: CommandContext, asked: RenewAsked): Promise<Renewed> {
  const remote = requireSignedIn(context)
  const { profiles, profile } = remote
  const paths = profiles.paths(profile.server)
  const agent = asked.agent ? agentSocket(context) : undefined
  const present = asked.ifNeeded ? certificateIn(paths.certificate) : undefined
  if (present !== undefined && !needsRenewal(present) && (await isUsable(agent, paths, present)))
    return { renewed: false, valid_before: endOf(present) }
  const user = profiles.session(profile.server)?.user ?? ''
  try {
    const { certificate } = await renewCertificate(context.verbatimDaemon, {
      paths,
      agent,
      comment: keyComment(user, profile.server),
      ...(asked.seconds === undefined ? {} : { seconds: asked.seconds }),
      signal: context.signal,
    })
    return { renewed: true, valid_before: endOf(certificate) }
  } catch (error) {
    // The session ended; what the gateway says of tokens helps nobody here.
    if (error instanceof ApiError && error.reason === 'caller.unknown') throw notSignedIn(remote)
    throw error
  }
}

function endOf({ validBefore }: { readonly validBefore: bigint }): string {
  return new Date(Number(validBefore) * 1000).toISOString()
}
