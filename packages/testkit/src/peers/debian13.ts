import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
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

/** Runs its arguments inside Debian 13's root with the machine's /tmp in place, in a mount namespace that ends with it. */
const ENTER = 'mount --bind /tmp "$0/tmp" && exec chroot "$0" "$@"'

/**
 * Command line that runs a program of Debian 13, by its path there. Temporary files, keys and sockets under /tmp are the
 * same inside and out; the network is the machine's.
 */
export function debian13Command(program: string): readonly [command: string, ...args: string[]] {
  return ['unshare', '-m', 'sh', '-c', ENTER, debian13Root(), program]
}

/** Writes a script that runs a program of Debian 13, for those who take a path and no arguments (GIT_SSH, rsync -e). */
export function writeDebian13Script(path: string, program: string): string {
  writeFileSync(path, `#!/bin/sh\nexec unshare -m sh -c '${ENTER}' '${debian13Root()}' '${program}' "$@"\n`, {
    mode: 0o700,
  })
  return path
}
