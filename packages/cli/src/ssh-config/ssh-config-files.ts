import { existsSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { CommandError } from '../command-error.ts'
import { writePrivate } from '../remote/private-files.ts'
import { homeOf } from '../remote/profiles.ts'
import { replaceFile } from '../replace-file.ts'
import { chooseName, type GatewayBlock, namesIn, readBlocks, withBlock, writtenBlocks } from './gateway-blocks.ts'
import { withInclude, withoutInclude } from './include-line.ts'
import type { RenderedSshConfig } from './render-ssh-config.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Keys that ssh tries unless it is told of others, in its order. */
const DEFAULT_KEYS = ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk'] as const

/** Files of this person's ssh that are ours, and the one that is theirs. */
export interface SshFiles {
  /** Theirs: we keep one line in it. */
  readonly config: string
  readonly own: string
  readonly knownHosts: string
  /** Default keys that are there. */
  readonly keys: readonly string[]
}

export function sshFiles(environment: Environment): SshFiles {
  const directory = join(homeOf(environment), '.ssh')
  return {
    config: join(directory, 'config'),
    own: join(directory, 'sallyport.conf'),
    knownHosts: join(directory, 'known_hosts'),
    keys: DEFAULT_KEYS.map((name) => join(directory, name)).filter((path) => existsSync(path)),
  }
}

/**
 * Host keys of one gateway and its targets. Each has a file of its own, so that the authority of one vouches for no target of
 * another.
 */
export function knownHostsOf(name: string, environment: Environment): string {
  const file = join(homeOf(environment), '.ssh', 'sallyport_known_hosts')
  return name === 'sallyport' ? file : `${file}.${name}`
}

/** Where one gateway stands, or is to stand, among those that are written down. */
export interface GatewayPlace {
  readonly name: string
  readonly before: GatewayBlock | undefined
  readonly blocks: readonly GatewayBlock[]
  /** Names that `ssh` knows from the others. */
  readonly taken: ReadonlySet<string>
}

/** The gateways that are written down. */
export function writtenGateways(environment: Environment): readonly GatewayBlock[] {
  return readBlocks(textOf(sshFiles(environment).own))
}

/**
 * The place of a gateway: that of its address, or of one with a host key in common, which is the same gateway by another
 * address. Throws as `chooseName`.
 */
export function placeOf(
  server: string,
  hostKeys: readonly string[],
  asked: string | undefined,
  environment: Environment,
): GatewayPlace {
  const blocks = writtenGateways(environment)
  const before =
    blocks.find((each) => each.server === server) ?? blocks.find((each) => sharesKey(each, hostKeys, environment))
  const others = blocks.filter((each) => each !== before)
  return { name: chooseName(others, { asked, before: before?.name, server }), before, blocks, taken: namesIn(others) }
}

function sharesKey({ name }: GatewayBlock, hostKeys: readonly string[], environment: Environment): boolean {
  const known = new Set(textOf(knownHostsOf(name, environment)).split('\n').map(keyOfLine))
  return hostKeys.some((line) => known.has(line))
}

/** `type base64` of a line of known_hosts; those of authorities are left out. */
function keyOfLine(line: string): string {
  return line.startsWith('@') ? '' : line.slice(line.indexOf(' ') + 1)
}

export function sshConfigIsWritten(server: string, environment: Environment): boolean {
  return writtenGateways(environment).some((each) => each.server === server)
}

/** Paths of the files that changed. */
export function writeSshConfig(
  server: string,
  { name, before, blocks }: GatewayPlace,
  rendered: RenderedSshConfig,
  environment: Environment,
): string[] {
  const files = sshFiles(environment)
  const next = withBlock(blocks, before, { name, server, text: rendered.ssh_config })
  const changed = [
    put(files.own, writtenBlocks(next)),
    put(knownHostsOf(name, environment), rendered.known_hosts),
    editConfig(files.config, (text) => withInclude(text, includePath(files, environment))),
    before === undefined || before.name === name ? undefined : drop(knownHostsOf(before.name, environment)),
  ]
  return changed.filter((path) => path !== undefined)
}

/** Takes away what `writeSshConfig` wrote for some gateways; paths of the files that changed. */
export function removeSshConfig(gone: readonly GatewayBlock[], environment: Environment): string[] {
  const files = sshFiles(environment)
  const names = gone.map(({ name }) => name)
  const left = writtenGateways(environment).filter(({ name }) => !names.includes(name))
  const changed =
    left.length > 0
      ? [put(files.own, writtenBlocks(left))]
      : [
          // The line first: without it the file means nothing.
          existsSync(files.config)
            ? editConfig(files.config, (text) => withoutInclude(text, includePath(files, environment)))
            : undefined,
          drop(files.own),
        ]
  return [...changed, ...names.map((name) => drop(knownHostsOf(name, environment)))].filter(
    (path) => path !== undefined,
  )
}

/** As it stands in the config, a character for each byte. ssh looks for a relative path in ~/.ssh of the password file's home, whatever HOME says. */
function includePath({ own }: SshFiles, environment: Environment): string {
  return homeOf(environment) === homeInPasswordFile() ? 'sallyport.conf' : Buffer.from(own, 'utf8').toString('latin1')
}

/** Undefined for a number that has no name. */
function homeInPasswordFile(): string | undefined {
  try {
    return userInfo().homedir
  } catch {
    return undefined
  }
}

function drop(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  rmSync(path)
  return path
}

/** Empty where there is no file. With thousands of targets these are larger than what is read elsewhere. */
function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function put(path: string, text: string): string | undefined {
  if (existsSync(path) && textOf(path) === text) return undefined
  writePrivate(path, text)
  return path
}

/** A link to a file elsewhere (dotfiles) stays one, and a file keeps its mode; a new one is only its owner's. */
function editConfig(path: string, edit: (text: string) => string): string | undefined {
  try {
    if (!existsSync(path)) {
      writePrivate(path, Buffer.from(edit(''), 'latin1').toString('utf8'))
      return path
    }
    const real = realpathSync(path)
    const before = readFileSync(real, 'latin1')
    const after = edit(before)
    if (after === before) return undefined
    replaceFile(real, Buffer.from(after, 'latin1'), statSync(real))
    return path
  } catch (cause) {
    if (cause instanceof CommandError) throw cause
    throw new CommandError('file.unwritable', `${path} cannot be changed`, { why: (cause as Error).message, cause })
  }
}
