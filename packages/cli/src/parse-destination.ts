import { CommandError } from './command-error.ts'

const SSH_PORT = 22

/** `host`, `host:port`, `[v6]:port`, `login@host`: a login name is the target's business and is dropped. */
export function parseDestination(text: string): { host: string; port: number } {
  const bare = text.replace(/^ssh:\/\//, '').replace(/^[^@]*@/, '')
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(bare)
  const named = /^([^:]+)(?::(\d+))?$/.exec(bare)
  const host = bracketed?.[1] ?? named?.[1] ?? (/^[0-9a-f:.]+$/i.test(bare) ? bare : undefined)
  const port = Number(bracketed?.[2] ?? named?.[2] ?? SSH_PORT)
  if (host === undefined || port < 1 || port > 65_535) {
    throw new CommandError('usage.invalid', `“${text}” is no destination`, {
      fix: 'write host, host:port or [ipv6]:port',
    })
  }
  return { host, port }
}
