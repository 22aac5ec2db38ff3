import { CommandError } from './command-error.ts'
import type { Terminal } from './terminal.ts'

/** Longest token that is taken, in characters. */
const LINE_MAX = 256

/** The first line of standard input: a token, never an argument, which everybody on the machine could read. */
export async function readSecretLine({ stdin }: Terminal): Promise<string> {
  if (stdin.isTTY === true) {
    throw new CommandError('usage.invalid', 'the token comes from a file or a pipe, not from a terminal', {
      fix: 'sallyport login --token-stdin < FILE',
    })
  }
  let text = ''
  for await (const chunk of stdin) {
    text += chunk.toString()
    if (text.includes('\n') || text.length > LINE_MAX) break
  }
  const line = (text.split('\n')[0] ?? '').trim()
  if (!/^sp[st]_[A-Za-z0-9_-]{43}$/.test(line)) {
    throw new CommandError('usage.invalid', 'standard input holds no token of a gateway', {
      fix: 'a token begins with spt_; make one with: sallyport token create NAME',
    })
  }
  return line
}
