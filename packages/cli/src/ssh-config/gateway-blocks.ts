import { CommandError } from '../command-error.ts'

/** What the gateway of this machine, through its socket, is written down as where others have their address. */
export const LOCAL_GATEWAY = 'local'
/** What `ssh` calls the first gateway. */
export const FIRST_NAME = 'sallyport'
/** It stands in ssh_config and is part of a file's name. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/
const HEADER = '# Made by `sallyport ssh-config`: change nothing here, it is written anew.'
const BEGIN = /^# gateway (\S+) (\S+)$/

/** What the file of ours has for one gateway. */
export interface GatewayBlock {
  /** What `ssh` calls the gateway. */
  readonly name: string
  /** `https://gw.example.com:8443`, or `local`. */
  readonly server: string
  readonly text: string
}

/** The blocks of a file that `writtenBlocks` made; what stands before the first one is dropped. */
export function readBlocks(text: string): readonly GatewayBlock[] {
  const blocks: { name: string; server: string; lines: string[] }[] = []
  for (const line of text.split('\n')) {
    const [, name, server] = BEGIN.exec(line) ?? []
    if (name !== undefined && server !== undefined) blocks.push({ name, server, lines: [] })
    else blocks.at(-1)?.lines.push(line)
  }
  return blocks.map(({ name, server, lines }) => ({ name, server, text: `${lines.join('\n').trimEnd()}\n` }))
}

export function writtenBlocks(blocks: readonly GatewayBlock[]): string {
  const parts = blocks.map(({ name, server, text }) => `\n# gateway ${name} ${server}\n${text}`)
  return `${HEADER}\n${parts.join('')}`
}

/** In its own place where it replaces one, else last. */
export function withBlock(
  blocks: readonly GatewayBlock[],
  before: GatewayBlock | undefined,
  next: GatewayBlock,
): readonly GatewayBlock[] {
  return before === undefined ? [...blocks, next] : blocks.map((each) => (each === before ? next : each))
}

/** Every name that `ssh` finds something under in these blocks. */
export function namesIn(blocks: readonly GatewayBlock[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { text } of blocks) {
    for (const line of text.split('\n')) {
      const [, list] = /^(?:Host|Match host) ([^"]+?)(?: exec ".*)?$/.exec(line) ?? []
      for (const name of list?.split(/[ ,]/) ?? []) names.add(name)
    }
  }
  return names
}

/**
 * What to call a gateway: the name asked for, else the one it has, else `sallyport`, or with its host behind it where
 * another gateway is called that. Throws CommandError `usage.invalid` for a name that another one has.
 */
export function chooseName(
  others: readonly GatewayBlock[],
  {
    asked,
    before,
    server,
  }: { readonly asked: string | undefined; readonly before: string | undefined; readonly server: string },
): string {
  const taken = namesIn(others)
  if (asked !== undefined) {
    if (!NAME.test(asked)) {
      throw new CommandError('usage.invalid', `“${asked}” cannot be a gateway’s name`, {
        fix: 'use up to 63 letters, digits and . _ -',
      })
    }
    if (taken.has(asked)) {
      throw new CommandError('usage.invalid', `another gateway has the name “${asked}”, or a target of it has`, {
        fix: 'choose another, or take that one away: sallyport ssh-config --remove --name NAME',
      })
    }
    return asked
  }
  if (before !== undefined && !taken.has(before)) return before
  const host = server === LOCAL_GATEWAY ? LOCAL_GATEWAY : new URL(server).hostname
  const port = server === LOCAL_GATEWAY ? '' : new URL(server).port
  const parts = [host, ...(port === '' ? [] : [port])].map((part) => part.replaceAll(/[^A-Za-z0-9.]/g, ''))
  const candidates = [FIRST_NAME, `${FIRST_NAME}-${parts[0]}`, `${FIRST_NAME}-${parts.join('-')}`]
  const free = candidates.find((each) => !taken.has(each) && NAME.test(each))
  if (free !== undefined) return free
  throw new CommandError('usage.invalid', 'no name is free for this gateway', { fix: 'give one with --name NAME' })
}
