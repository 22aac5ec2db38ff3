import { lookup } from 'node:dns/promises'
import { glob, readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { basename, dirname, isAbsolute, join, relative } from 'node:path'
import type { ConfigFile, IncludedFiles } from './sshd-config-file.ts'

/** Where sshd itself looks for what a relative Include names. */
const SSHD_DIRECTORY = '/etc/ssh'
/** Names that are looked up at once. */
const LOOKUPS_AT_ONCE = 16

/**
 * Finds the files of an `Include` beside the main file, which stands for /etc/ssh: a configuration copied from another
 * machine reads its own parts, and nothing outside its directory.
 */
export function filesBeside(mainFile: string): IncludedFiles {
  const directory = dirname(mainFile)
  return async (pattern) => {
    const within = isAbsolute(pattern) ? relative(SSHD_DIRECTORY, pattern) : pattern
    const path = join(directory, within)
    if (relative(directory, path).startsWith('..')) return []
    const hidden = basename(path).startsWith('.')
    const paths = (await Array.fromAsync(glob(path))).filter((each) => hidden || !basename(each).startsWith('.'))
    const files: ConfigFile[] = []
    for (const each of paths.sort()) {
      const text = await readFile(each, 'utf8').catch(() => undefined)
      if (text !== undefined) files.push({ name: relative(directory, each), text })
    }
    return files
  }
}

/** Addresses by name, from texts in the form of /etc/hosts. */
export function readHosts(texts: readonly string[]): Map<string, readonly string[]> {
  const hosts = new Map<string, readonly string[]>()
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const [address = '', ...names] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/)
    if (isIP(address) === 0 || address.includes('%')) continue
    for (const name of names) hosts.set(name, [...(hosts.get(name) ?? []), address])
  }
  return hosts
}

/** Asks this machine's resolver for what the files do not know; names that it does not know stay absent. */
export async function lookUp(
  names: readonly string[],
  known: ReadonlyMap<string, readonly string[]>,
  options: { readonly signal: AbortSignal },
): Promise<Map<string, readonly string[]>> {
  const addresses = new Map(known)
  const wanted = names.filter((name) => !known.has(name))
  for (let at = 0; at < wanted.length && !options.signal.aborted; at += LOOKUPS_AT_ONCE) {
    const batch = wanted.slice(at, at + LOOKUPS_AT_ONCE)
    const answers = await Promise.all(batch.map((name) => lookup(name, { all: true }).catch(() => [])))
    for (const [index, answer] of answers.entries()) {
      const found = answer.map(({ address }) => address).filter((address) => !address.includes('%'))
      if (found.length > 0) addresses.set(batch[index] ?? '', found)
    }
  }
  options.signal.throwIfAborted()
  return addresses
}
