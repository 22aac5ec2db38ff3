import { statfsSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { ApiError, type DoctorCheck, type Listener, policyTestsText } from '@sallyport/api'
import type { Target } from '@sallyport/model'
import { reachable } from '@sallyport/policy'
import { decodePlainKey, formatPublicKey } from '@sallyport/ssh/keys'
import type { Roster } from '../access/roster.ts'
import { settingsByName } from '../config/settings.ts'
import { formatSocketAddress } from '../config/socket-address.ts'
import { GatewayError } from '../gateway-error.ts'
import type { Peer } from '../http/peer.ts'
import { counted } from './counted.ts'
import type { Handlers } from './handlers.ts'
import { testReport } from './policy-report.ts'
import { type Services, timeText } from './services.ts'
import { tlsCheck } from './tls-check.ts'

/** Free space below which the log may soon take no more, in bytes. */
const DISK_LOW_BYTES = 1024 ** 3
/** Free space with which the log takes no more, or as good as: a few thousand entries, in bytes. */
const DISK_FULL_BYTES = 4 * 1024 ** 2
/** Open files that a busy gateway needs: two for each passage, one for each connection. */
const FILES_WANTED = 4096

/** `status`, `doctor`, `config show`, `ssh-config`, `reload`, and what happens right now. */
export function daemonHandlers(services: Services): Pick<Handlers, `daemon.${string}` & keyof Handlers> {
  const { paths, audit, roster, sessions, config, events } = services
  const listeners = (): Listener[] => {
    const metrics = services.metricsAddress()
    return [
      ...services.sshAddresses().map((each) => ({ name: 'ssh' as const, ...each })),
      ...services.webAddresses().map((each) => ({ name: 'https' as const, ...each })),
      ...(metrics === undefined ? [] : [{ name: 'metrics' as const, ...metrics }]),
    ]
  }
  return {
    async 'daemon.status'() {
      const { usersById, targetsByName, policyVersion } = roster.current
      return {
        version: services.version,
        node: process.version,
        pid: process.pid,
        state_dir: paths.directory,
        started_at: timeText(services.startedAt),
        phase: services.phase(),
        listeners: listeners(),
        users: usersById.size,
        targets: targetsByName.size,
        sessions: sessions.size,
        passages: sessions.passageCount,
        policy_version: policyVersion.version,
        audit_entries: (await audit.search({ limit: 1 })).entries[0]?.seq ?? 0,
        memory_bytes: process.memoryUsage.rss(),
      }
    },
    'daemon.doctor': () => ({ checks: checksOf(services) }),
    'daemon.config'() {
      const { origins, file } = config.loaded
      return {
        file: file ?? null,
        settings: [...settingsByName].map(([key, { default: defaultValue, unit, doc }]) => ({
          key,
          value: origins.get(key)?.written ?? null,
          default: defaultValue,
          origin: origins.get(key)?.origin ?? 'default',
          unit,
          doc,
        })),
      }
    },
    async 'daemon.ssh-config'(_input, { peer }) {
      const asker = askerOf(peer, roster.current)
      const believed = (await services.certificates.authorities()).filter(
        ({ kind, state }) => kind === 'host' && state !== 'retired',
      )
      return {
        hostname: gatewayName(config.current.ssh.hostname),
        user: asker?.name ?? null,
        listeners: listeners().filter(({ name }) => name === 'ssh'),
        // A key that clients are to learn is told to new ones at once.
        host_keys: services.hostKeyRing.held
          .filter(({ state }) => state !== 'former')
          .map(({ key, fingerprint, line }) => ({
            type: key.publicKey.type,
            fingerprint,
            line,
          })),
        authorities: believed.map(({ publicKey }) => formatPublicKey(decodePlainKey(publicKey))),
        targets: targetsFor(asker, roster.current).map(({ name, port }) => ({ name, port })),
      }
    },
    async 'daemon.reload'(_input, { actor }) {
      try {
        const { changed, restartNeeded } = await services.reload(actor)
        return {
          changed: [...changed],
          restart_needed: [...restartNeeded],
          policy_version: roster.current.policyVersion.version,
        }
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error
        throw new ApiError('config.invalid', error.message, {
          ...(error.why === undefined ? {} : { why: error.why }),
          fix: `the old configuration stays in force; ${error.fix ?? 'correct the file'}`,
          cause: error,
        })
      }
    },
    'daemon.events': (_input, { signal }) => events.watch(signal),
  }
}

interface Asker {
  readonly name: string
  readonly source: string
}

/** Undefined for whoever asks through the socket, who is nobody in particular and may see everything. */
function askerOf(peer: Peer, { usersById }: Roster): Asker | undefined {
  if (peer.by === 'socket') return undefined
  const user = peer.by === 'nobody' ? undefined : usersById.get(peer.userId)
  return { name: user?.name ?? '', source: peer.source }
}

/** By name. Nobody learns the names of what they may not reach. */
function targetsFor(asker: Asker | undefined, { targetsByName, compiled }: Roster): Target[] {
  const all = [...targetsByName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  if (asker === undefined) return all
  const facts = all.map((target) => ({ name: target.name, addresses: [target.address], tags: target.tags, target }))
  return reachable(compiled, { name: asker.name }, facts, { source: asker.source }).map(({ target }) => target.target)
}

/** How clients reach this machine. */
export function gatewayName(configured: string): string {
  return configured === '' ? hostname() : configured
}

function checksOf(services: Services): DoctorCheck[] {
  const { paths, roster, config, hostKeys, sshAddresses } = services
  const { usersById, keysByFingerprint, targetsByName, compiled, policyVersion } = roster.current
  const check = (
    id: string,
    title: string,
    bad: false | 'warn' | 'fail',
    detail: string,
    fix: string,
  ): DoctorCheck => ({
    id,
    title,
    status: bad === false ? 'ok' : bad,
    detail,
    fix: bad === false ? null : fix,
  })
  const admins = [...usersById.values()].filter(
    ({ role, disabled }) => !disabled && (role === 'owner' || role === 'admin'),
  )
  const withKeys = new Set([...keysByFingerprint.values()].map(({ userId }) => userId))
  const keyless = [...usersById.values()].filter(({ id, disabled }) => !disabled && !withKeys.has(id))
  const openPaths = [paths.directory, paths.database, paths.auditKey].filter((path) => {
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat !== undefined && (stat.mode & 0o077) !== 0
  })
  const disk = statfsSync(paths.directory)
  const free = disk.bavail * disk.bsize
  const tests = testReport(compiled)
  const { soft: files } = fileLimit()
  const penalties = config.current.penalties.enabled
  return [
    check(
      'listeners',
      'the SSH door is open',
      sshAddresses().length === 0 && 'fail',
      sshAddresses().map(formatSocketAddress).join(', ') || 'no listener',
      'look at the log, and at listen.ssh in sallyport.toml',
    ),
    ...tlsCheck(services),
    check(
      'permissions',
      'the state is private',
      openPaths.length > 0 && 'fail',
      openPaths.join(', ') || paths.directory,
      `chmod -R go= ${paths.directory}`,
    ),
    check(
      'host-keys',
      'host keys',
      !hostKeys.some(({ key }) => key.publicKey.type === 'ssh-ed25519') && 'warn',
      hostKeys.map(({ key, fingerprint }) => `${key.publicKey.type} ${fingerprint}`).join(', '),
      `make an ed25519 key in ${paths.hostKeys} with ssh-keygen and restart`,
    ),
    check(
      'admins',
      'somebody may administer',
      admins.length === 0 && 'fail',
      counted(admins.length, 'admin'),
      'sallyport user add NAME --role admin',
    ),
    check(
      'keys',
      'every user has a key',
      keyless.length > 0 && 'warn',
      keyless.length === 0
        ? counted(keysByFingerprint.size, 'key')
        : `without one: ${keyless
            .slice(0, 5)
            .map(({ name }) => name)
            .join(', ')}`,
      'sallyport key add USER FILE.pub',
    ),
    check(
      'policy',
      'tests of the policy pass',
      !tests.ok && 'fail',
      `version ${policyVersion.version}, ${policyTestsText(tests)}`,
      'sallyport policy test',
    ),
    check('targets', 'the inventory', false, counted(targetsByName.size, 'target'), ''),
    check(
      'disk',
      'space for the audit log',
      free < DISK_FULL_BYTES ? 'fail' : free < DISK_LOW_BYTES && 'warn',
      `${Math.floor(free / 1024 ** 2)} MiB free in ${paths.directory}`,
      'make room: when the disk is full, nobody gets in',
    ),
    check(
      'files',
      'open files allowed',
      files !== undefined && files < FILES_WANTED && 'warn',
      files === undefined ? 'not known' : String(files),
      'raise the limit: LimitNOFILE=65536 in the unit, or ulimit -n 65536',
    ),
    check(
      'penalties',
      'misbehaving sources are refused',
      !penalties && 'warn',
      penalties ? 'on' : 'off',
      'set penalties.enabled = true',
    ),
  ]
}

/** Most open files of this process, as the system reports it; undefined where it does not. */
function fileLimit(): { readonly soft: number | undefined } {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | string } } }
  const soft = report.userLimits?.open_files?.soft
  return { soft: typeof soft === 'number' ? soft : undefined }
}
