import type { CommandContext } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import { tooLate } from '../guarded-transport.ts'
import { printable } from '../output/escape.ts'
import type { Remote } from '../remote/choose-gateway.ts'
import type { Profile } from '../remote/profiles.ts'
import { lookAtCertificate, mayBePinned, type ShownCertificate, untrusted } from '../remote/tls-trust.ts'

/**
 * How to know the gateway, now and from now on: by the certificate known from before or named, by the system's authorities,
 * or by a fingerprint that the person is asked to compare.
 */
export async function trustedProfile(context: CommandContext, { profile }: Remote): Promise<Profile> {
  const { options, signal, terminal } = context
  const { server, fingerprint } = profile
  const late = AbortSignal.timeout(options.timeoutMs)
  const looking = { environment: terminal.environment, signal: AbortSignal.any([signal, late]) }
  const shown = await lookAtCertificate(server, looking).catch((error: unknown) => {
    if (!late.aborted || signal.aborted) throw error
    throw tooLate(options.timeoutMs, error)
  })
  if (fingerprint !== undefined) {
    if (shown.fingerprint !== fingerprint) throw untrusted(server, shown, fingerprint)
    return profile
  }
  if (shown.distrust === undefined) return profile
  if (!mayBePinned(shown)) throw untrusted(server, shown, undefined)
  await requireCompared(context, server, shown)
  return { server, fingerprint: shown.fingerprint }
}

async function requireCompared(
  { terminal, options }: CommandContext,
  server: string,
  shown: ShownCertificate,
): Promise<void> {
  const facts = `No authority vouches for ${server}. Its certificate has the SHA-256\n  ${shown.fingerprint}`
  if (!options.input || terminal.stdin.isTTY !== true || terminal.stderr.isTTY !== true) {
    throw new CommandError('usage.confirmation-needed', `${server} shows a certificate that nobody vouches for`, {
      why: `its SHA-256 is ${shown.fingerprint}\n${options.input ? 'there is no terminal to ask on' : 'no question may be asked because of --no-input'}`,
      fix: `compare it with what the gateway prints when it starts, then add\n--fingerprint ${shown.fingerprint}`,
    })
  }
  // Not with --yes: that would be a yes to whoever sits in between.
  terminal.stderr.write(`${facts}\n`)
  const { confirm, isCancel } = await import('@clack/prompts')
  const answer = await confirm({
    message: `Is that what the gateway printed when it started? (${printable(shown.names)})`,
    initialValue: false,
    output: process.stderr,
  })
  if (isCancel(answer)) throw new DOMException('cancelled', 'AbortError')
  if (!answer) throw new CommandError('server.untrusted', 'nothing was sent', { why: 'the answer was no' })
}
