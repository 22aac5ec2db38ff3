import type { Certificate } from '@sallyport/ssh/keys'
import { alone } from '../alone.ts'
import type { CommandContext } from '../command-context.ts'
import type { Remote } from '../remote/choose-gateway.ts'
import { clockNote } from './clock-note.ts'
import { agentSocket, keyComment, requireSignedIn } from './person.ts'
import { isUsable, renewCertificate } from './renew-certificate.ts'
import { certificateIn, needsRenewal, secondsLeft } from './saved-certificate.ts'

/** A certificate that ends no more than this before its session, in seconds, could not be made longer. */
const SESSION_END_S = 60

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
  const present = async (): Promise<Renewed | undefined> => {
    const certificate = asked.ifNeeded ? certificateIn(paths.certificate) : undefined
    if (certificate === undefined || !isGood(certificate, remote)) return undefined
    return (await isUsable(agent, paths, certificate))
      ? { renewed: false, valid_before: endOf(certificate) }
      : undefined
  }
  return (
    (await present()) ??
    alone(paths.lock, context.signal, async () => (await present()) ?? makeAnother(context, remote, asked, agent))
  )
}

async function makeAnother(
  context: CommandContext,
  remote: Remote,
  asked: RenewAsked,
  agent: string | undefined,
): Promise<Renewed> {
  const { profiles, profile } = remote
  const user = profiles.session(profile.server)?.user ?? ''
  const { certificate, aheadMs } = await renewCertificate(context.verbatimDaemon, {
    paths: profiles.paths(profile.server),
    agent,
    comment: keyComment(user, profile.server),
    ...(asked.seconds === undefined ? {} : { seconds: asked.seconds }),
    // Whoever asks for another one wants the old one gone; ssh, which asks before it connects, may be using it.
    keepFormer: asked.ifNeeded,
    signal: context.signal,
  })
  const off = clockNote(aheadMs)
  if (off !== undefined) context.note(off)
  return { renewed: true, valid_before: endOf(certificate) }
}

/** Lasts for a while, or for as long as its session does, which no other one would outlast. */
function isGood(certificate: Certificate, { profiles, profile }: Remote): boolean {
  if (!needsRenewal(certificate)) return true
  const end = Date.parse(profiles.session(profile.server)?.expiresAt ?? '') / 1000
  return secondsLeft(certificate) > 0 && Number(certificate.validBefore) >= end - SESSION_END_S
}

function endOf({ validBefore }: { readonly validBefore: bigint }): string {
  return new Date(Number(validBefore) * 1000).toISOString()
}
