/** What the tests need from Debian: installed when we are root, otherwise named, and their tests skip loudly. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** A Debian package and a file that shows it is there. */
export interface DebianPackage {
  readonly name: string
  readonly provides: string
}

export const TEST_PACKAGES: readonly DebianPackage[] = [
  { name: 'openssh-server', provides: '/usr/sbin/sshd' },
  { name: 'openssh-client', provides: '/usr/bin/ssh' },
  { name: 'dropbear-bin', provides: '/usr/sbin/dropbear' },
  { name: 'python3-asyncssh', provides: '/usr/lib/python3/dist-packages/asyncssh/__init__.py' },
  { name: 'pebble', provides: '/usr/bin/pebble' },
  { name: 'iproute2', provides: '/usr/sbin/ip' },
  { name: 'chromium', provides: '/usr/bin/chromium' },
  { name: 'sqlite3', provides: '/usr/bin/sqlite3' },
]

export const INTEROP_PACKAGES: readonly DebianPackage[] = [
  ...TEST_PACKAGES,
  { name: 'putty-tools', provides: '/usr/bin/plink' },
  { name: 'python3-paramiko', provides: '/usr/lib/python3/dist-packages/paramiko/__init__.py' },
  { name: 'libssh-dev', provides: '/usr/include/libssh/libssh.h' },
  { name: 'gcc', provides: '/usr/bin/gcc' },
  { name: 'ansible-core', provides: '/usr/bin/ansible' },
  { name: 'rsync', provides: '/usr/bin/rsync' },
  { name: 'git', provides: '/usr/bin/git' },
  { name: 'curl', provides: '/usr/bin/curl' },
  { name: 'debootstrap', provides: '/usr/sbin/debootstrap' },
]

/** Installs what is missing as root; returns the names that are still missing. */
export function ensureDebianPackages(packages: readonly DebianPackage[]): string[] {
  let missing = packages.filter(({ provides }) => !existsSync(provides))
  if (missing.length === 0) return []
  const names = missing.map(({ name }) => name)
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log(`installing from Debian: ${names.join(' ')}`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const apt = (...args: string[]) =>
      spawnSync('apt-get', ['-q', '-o', 'Dpkg::Use-Pty=0', ...args], { env, encoding: 'utf8' })
    let result = apt('install', '-y', '--no-install-recommends', ...names)
    if (result.status !== 0) {
      apt('update')
      result = apt('install', '-y', '--no-install-recommends', ...names)
    }
    if (result.status !== 0) console.error(result.stderr)
    missing = packages.filter(({ provides }) => !existsSync(provides))
  }
  if (missing.length > 0) {
    const left = missing.map(({ name }) => name).join(' ')
    console.error(`NOT INSTALLED, their tests are skipped: ${left}\n  fix: sudo apt-get install ${left}`)
  }
  return missing.map(({ name }) => name)
}
