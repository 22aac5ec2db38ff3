import { CommandError } from './command-error.ts'

const SSH_PORT = 22
const PORT_MAX = 65_535

export interface AskedDestination {
  readonly host: string
  readonly port: number
  /** As whom they would log in there, where that was said. */
  readonly login?: string
}

/**
 * What `policy explain USER` is asked about: `[ssh] [login@]HOST[:PORT] [PORT]`. The word `ssh` is for those who copy a
 * command line; a login may have an `@` of its own, so the last one ends it.
 */
export function parseDestination(words: readonly string[]): AskedDestination {
  const [first, second] = words
  const rest = first === 'ssh' && second !== undefined && !/^\d+$/.test(second) ? words.slice(1) : words
  const [destination = '', port, ...excess] = rest
  if (excess.length > 0) throw invalid(rest.join(' '))
  const plain = destination.replace(/^ssh:\/\//, '')
  const at = plain.lastIndexOf('@')
  const login = plain.slice(0, Math.max(0, at))
  const bare = plain.slice(at + 1)
  const bracketed = /^\[([^[\]]+)\](?::(\d+))?$/.exec(bare)
  const named = /^([^:[\]/\s]+)(?::(\d+))?$/.exec(bare)
  const host = bracketed?.[1] ?? named?.[1] ?? (/^[0-9a-f.]*:[0-9a-f:.]*$/i.test(bare) ? bare : undefined)
  const own = bracketed?.[2] ?? named?.[2]
  if (at === 0) throw invalid(rest.join(' '), 'no login stands before the @')
  if (own !== undefined && port !== undefined) throw invalid(rest.join(' '), 'it names two ports')
  const chosen = port ?? own ?? String(SSH_PORT)
  if (host === undefined || !/^\d{1,5}$/.test(chosen) || Number(chosen) < 1 || Number(chosen) > PORT_MAX)
    throw invalid(rest.join(' '))
  const asked = { host, port: Number(chosen) }
  return login === '' ? asked : { ...asked, login }
}

function invalid(text: string, why?: string): CommandError {
  return new CommandError('usage.invalid', `“${text}” is no destination`, {
    ...(why === undefined ? {} : { why }),
    fix: 'write HOST, HOST:PORT, [IPV6]:PORT or HOST PORT',
  })
}
