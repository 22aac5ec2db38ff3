import { createClient } from '@sallyport/api'
import { alone } from '../alone.ts'
import type { CommandContext } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import { guardedTransport } from '../guarded-transport.ts'
import { printableLines } from '../output/escape.ts'
import { readSecretLine } from '../read-secret-line.ts'
import type { Remote } from '../remote/choose-gateway.ts'
import { httpsTransport } from '../remote/https-transport.ts'
import type { Profile, SavedSession } from '../remote/profiles.ts'
import { sshConfigIsWritten } from '../ssh-config/ssh-config-files.ts'
import { clockNote } from './clock-note.ts'
import { loginsIn } from './inspect-certificate.ts'
import { canOpenBrowser, openBrowser } from './open-browser.ts'
import { agentSocket, keyComment } from './person.ts'
import { qrText } from './qr-text.ts'
import { renewCertificate } from './renew-certificate.ts'
import { signInWithBrowser, signInWithCode } from './sign-in.ts'
import { trustedProfile } from './trusted-profile.ts'

export interface LoginOptions {
  /** Undefined: the browser where one can open, otherwise a code. */
  readonly way: 'browser' | 'code' | 'token' | undefined
  readonly agent: boolean
  readonly open: boolean
  /** Life of the certificate; the gateway's own without. */
  readonly seconds?: number
}

export interface LoggedIn {
  readonly server: string
  readonly user: string
  readonly role: string
  readonly expires_at: string | null
  readonly certificate: {
    readonly valid_before: string
    readonly agent: boolean
    /** Logins on enrolled targets that the policy gave it, by tag: `root@tag:db`; `nonroot` is every name but root. */
    readonly logins: readonly string[]
  } | null
  /** Whether `ssh-config --write` has been here. */
  readonly ssh_config: boolean
}

/** Signs in to a gateway, keeps the session, and gets the certificate. */
export async function login(context: CommandContext, options: LoginOptions): Promise<LoggedIn> {
  const asked = requireServer(context)
  const profile = await trustedProfile(context, asked)
  const { environment } = context.terminal
  const client = (token?: string) =>
    createClient(guardedTransport(httpsTransport({ ...profile, token, environment }), context.options.timeoutMs))
  const session = await opened(context, options, profile, client())
  const api = client(session.token)
  const { signal, terminal } = context
  const me = await api.call('me.show', {}, { signal })
  const { profiles } = asked
  const paths = profiles.paths(profile.server)
  await alone(profiles.lock, signal, () => profiles.keep(profile))
  const result = {
    server: profile.server,
    user: me.user,
    role: me.role,
    expires_at: session.expiresAt ?? null,
    ssh_config: sshConfigIsWritten(profile.server, terminal.environment),
  }
  const keep = () => profiles.keepSession(profile.server, { ...session, user: me.user })
  if (options.way === 'token') {
    await alone(paths.lock, signal, keep)
    // A script's token gets no certificate: it is for the API alone.
    return { ...result, certificate: null }
  }
  const agent = options.agent ? agentSocket(context) : undefined
  if (options.agent && agent === undefined)
    context.note('no ssh-agent runs here (SSH_AUTH_SOCK is not set): the key goes into a file that only you can read')
  // Session, key and certificate are of one sign-in, also where two go on at once.
  const { certificate, where, aheadMs } = await alone(paths.lock, signal, () => {
    keep()
    return renewCertificate(api, {
      paths,
      agent,
      comment: keyComment(me.user, profile.server),
      ...(options.seconds === undefined ? {} : { seconds: options.seconds }),
      keepFormer: false,
      signal,
    })
  })
  const off = clockNote(aheadMs)
  if (off !== undefined) context.note(off)
  const valid_before = new Date(Number(certificate.validBefore) * 1000).toISOString()
  return {
    ...result,
    certificate: { valid_before, agent: where === 'agent', logins: loginsIn(certificate.principals) },
  }
}

function requireServer({ remote }: CommandContext): Remote {
  if (remote !== undefined) return remote
  throw new CommandError('usage.invalid', 'to which gateway?', {
    why: 'none was named, and you have not signed in to one before',
    fix: 'sallyport login --server https://gw.example.com:8443',
  })
}

async function opened(
  context: CommandContext,
  { way, open }: LoginOptions,
  { server }: Profile,
  api: ReturnType<typeof createClient>,
): Promise<SavedSession> {
  const { signal, terminal } = context
  const { environment } = terminal
  if (way === 'token') return { token: await readSecretLine(terminal), user: '', expiresAt: undefined }
  const say = (text: string) => void terminal.stderr.write(`${printableLines(text)}\n`)
  const here = way === 'browser' || (way === undefined && canOpenBrowser(environment))
  const { token, signed_in } = here
    ? await signInWithBrowser(api, {
        server,
        signal,
        async show(url) {
          const opens = open && (await openBrowser(url, environment))
          say(
            opens
              ? `Sign in with the browser that opens. If none does, open\n  ${url}`
              : `Open in a browser of this machine\n  ${url}`,
          )
        },
      })
    : await signInWithCode(api, {
        signal,
        show({ user_code, verification_uri, verification_uri_complete }) {
          say(
            `${qrText(verification_uri_complete)}\nOpen in any browser\n  ${verification_uri}\nand approve the code\n  ${user_code}`,
          )
        },
      })
  return { token, user: signed_in.user, expiresAt: signed_in.expires_at }
}
