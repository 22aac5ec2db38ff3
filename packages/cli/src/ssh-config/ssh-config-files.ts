import { chmodSync, existsSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { CommandError } from '../command-error.ts'
import { writePrivate } from '../remote/private-files.ts'
import { homeOf } from '../remote/profiles.ts'
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
  readonly ownKnownHosts: string
  /** Default keys that are there. */
  readonly keys: readonly string[]
}

export function sshFiles(environment: Environment): SshFiles {
  const directory = join(homeOf(environment), '.ssh')
  return {
    config: join(directory, 'config'),
    own: join(directory, 'sallyport.conf'),
    knownHosts: join(directory, 'known_hosts'),
    ownKnownHosts: join(directory, 'sallyport_known_hosts'),
    keys: DEFAULT_KEYS.map((name) => join(directory, name)).filter((path) => existsSync(path)),
  }
}

export function sshConfigIsWritten(environment: Environment): boolean {
  return existsSync(sshFiles(environment).own)
}

/** Paths of the files that changed. */
export function writeSshConfig(rendered: RenderedSshConfig, environment: Environment): string[] {
  const files = sshFiles(environment)
  const changed = [
    put(files.own, rendered.ssh_config),
    put(files.ownKnownHosts, rendered.known_hosts),
    editConfig(files.config, (text) => withInclude(text, includePath(files, environment))),
  ]
  return changed.filter((path) => path !== undefined)
}

/** Takes away what `writeSshConfig` wrote; paths of the files that changed. */
export function removeSshConfig(environment: Environment): string[] {
  const files = sshFiles(environment)
  // The line first: without it the files mean nothing.
  const edited = existsSync(files.config)
    ? editConfig(files.config, (text) => withoutInclude(text, includePath(files, environment)))
    : undefined
  const gone = [files.own, files.ownKnownHosts].filter((path) => existsSync(path))
  for (const path of gone) rmSync(path)
  return [...(edited === undefined ? [] : [edited]), ...gone]
}

/** ssh looks for a relative path in ~/.ssh of the password file's home, whatever HOME says. */
function includePath({ own }: SshFiles, environment: Environment): string {
  return homeOf(environment) === userInfo().homedir ? 'sallyport.conf' : own
}

function put(path: string, text: string): string | undefined {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return undefined
  writePrivate(path, text)
  return path
}

/** A link to a file elsewhere (dotfiles) stays one, and a file keeps its mode; a new one is only its owner's. */
function editConfig(path: string, edit: (text: string) => string): string | undefined {
  try {
    if (!existsSync(path)) {
      writePrivate(path, edit(''))
      return path
    }
    const real = realpathSync(path)
    const before = readFileSync(real, 'latin1')
    const after = edit(before)
    if (after === before) return undefined
    const next = `${real}.${process.pid}.new`
    rmSync(next, { force: true })
    writeFileSync(next, after, { encoding: 'latin1', mode: 0o600, flag: 'wx' })
    chmodSync(next, statSync(real).mode & 0o777)
    renameSync(next, real)
    return path
  } catch (cause) {
    if (cause instanceof CommandError) throw cause
    throw new CommandError('file.unwritable', `${path} cannot be changed`, { why: (cause as Error).message, cause })
  }
}
