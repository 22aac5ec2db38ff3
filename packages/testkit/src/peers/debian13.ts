import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Debian 13's release name, as debootstrap takes it. */
const SUITE = 'trixie'
const PACKAGES = ['openssh-client', 'openssh-server', 'rsync', 'git']
const BOOTSTRAP_DEADLINE_MS = 600_000

/** Where the unpacked Debian 13 rests: outside any checkout, kept between runs. */
export function debian13Root(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  return process.env['SALLYPORT_DEBIAN13'] ?? join(cache, 'sallyport', 'debian13')
}

/** Whether its OpenSSH 10 can be run. */
export function hasDebian13(): boolean {
  return existsSync(join(debian13Root(), 'usr/sbin/sshd')) && existsSync(join(debian13Root(), 'usr/bin/ssh'))
}

/**
 * Unpacks Debian 13 with OpenSSH 10 by debootstrap, unless it is there. Needs root and the machine's own Debian mirror.
 * Returns what stood in the way, or `undefined` where it is ready.
 */
export function ensureDebian13(): string | undefined {
  if (hasDebian13()) return undefined
  if (process.getuid?.() !== 0) return 'debootstrap needs root'
  if (!existsSync('/usr/sbin/debootstrap')) return 'debootstrap is not installed'
  const root = debian13Root()
  mkdirSync(root, { recursive: true })
  try {
    execFileSync('debootstrap', ['--variant=minbase', `--include=${PACKAGES.join(',')}`, SUITE, root], {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: BOOTSTRAP_DEADLINE_MS,
    })
  } catch (error) {
    return `debootstrap failed: ${error instanceof Error ? error.message : String(error)}`
  }
  return hasDebian13() ? undefined : 'debootstrap left no OpenSSH behind'
}

/**
 * Command line that runs a program of Debian 13 on this machine's own files, through its own loader and libraries:
 * so its ssh can read keys and sockets that lie outside.
 */
export function debian13Command(program: string): readonly [command: string, ...args: string[]] {
  const root = debian13Root()
  const libraries = ['usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu', 'usr/lib']
    .map((path) => join(root, path))
    .join(':')
  const loader = ['usr/lib64/ld-linux-x86-64.so.2', 'usr/lib/ld-linux-aarch64.so.1']
    .map((path) => join(root, path))
    .find(existsSync)
  if (loader === undefined) throw new Error(`no program loader under ${root}`)
  return [loader, '--library-path', libraries, join(root, program)]
}
