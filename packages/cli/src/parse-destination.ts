import { CommandError } from './command-error.ts'

const SSH_PORT = 22
const PORT_MAX = 65_535

export interface AskedDestination {
  readonly host: string
  readonly port: number
}

/**
 * What `policy explain USER` is asked about: `[ssh] [login@]HOST[:PORT] [PORT]`. The word `ssh` and the login are for those
 * who copy a command line: which login the target takes is the target's business.
 */
export function parseDestination(words: readonly string[]): AskedDestination {
  const [first, second] = words
  const rest = first === 'ssh' && second !== undefined && !/^\d+$/.test(second) ? words.slice(1) : words
  const [destination = '', port, ...excess] = rest
  if (excess.length > 0) throw invalid(rest.join(' '))
  const bare = destination.replace(/^ssh:\/\//, '').replace(/^[^@]*@/, '')
  const bracketed = /^\[([^[\]]+)\](?::(\d+))?$/.exec(bare)
  const named = /^([^:[\]/\s]+)(?::(\d+))?$/.exec(bare)
  const host = bracketed?.[1] ?? named?.[1] ?? (/^[0-9a-f.]*:[0-9a-f:.]*$/i.test(bare) ? bare : undefined)
  const own = bracketed?.[2] ?? named?.[2]
  if (own !== undefined && port !== undefined) throw invalid(rest.join(' '), 'it names two ports')
  const chosen = port ?? own ?? String(SSH_PORT)
  if (host === undefined || !/^\d{1,5}$/.test(chosen) || Number(chosen) < 1 || Number(chosen) > PORT_MAX)
    throw invalid(rest.join(' '))
  return { host, port: Number(chosen) }
}

function invalid(text: string, why?: string): CommandError {
  return new CommandError('usage.invalid', `“${text}” is no destination`, {
    ...(why === undefined ? {} : { why }),
    fix: 'write HOST, HOST:PORT, [IPV6]:PORT or HOST PORT',
  })
}
