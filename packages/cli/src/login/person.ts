import type { CommandContext } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import type { Remote } from '../remote/choose-gateway.ts'

/** The gateway over HTTPS that a command about oneself needs. Throws `sign-in.needed` where none was named or signed in to. */
export function requireRemote({ remote }: CommandContext): Remote {
  if (remote !== undefined) return remote
  throw new CommandError('sign-in.needed', 'this is about whoever signed in, and nobody did', {
    why: 'through the socket the gateway sees its machine’s owner, who is nobody in particular',
    fix: 'sallyport login --server https://gw.example.com:8443',
  })
}

/** The same, with somebody's token. */
export function requireSignedIn(context: CommandContext): Remote {
  const remote = requireRemote(context)
  if (remote.token !== undefined) return remote
  throw notSignedIn(remote)
}

export function notSignedIn({ profile: { server } }: Remote): CommandError {
  return new CommandError('sign-in.needed', `you are not signed in to ${server}`, {
    fix: `sallyport login --server ${server}`,
  })
}

export function sessionEnded({ profile: { server } }: Remote): CommandError {
  return new CommandError('sign-in.needed', `your sign-in to ${server} has ended`, {
    why: 'its time was over, somebody ended it, or the account was disabled',
    fix: `sallyport login --server ${server}`,
  })
}

/** The agent's socket; undefined where there is none. */
export function agentSocket({ terminal: { environment } }: CommandContext): string | undefined {
  const path = environment['SSH_AUTH_SOCK']
  return path === '' ? undefined : path
}

/** What keys of a gateway are called: `alice@gw.example.com`. */
export function keyComment(user: string, server: string): string {
  const name = `${user.replaceAll(/[^\x21-\x7e]/g, '_')}@${new URL(server).hostname}`
  return user.includes('@') ? `${user.replaceAll(/[^\x21-\x7e]/g, '_')} ${new URL(server).hostname}` : name
}
