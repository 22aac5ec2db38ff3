/**
 * The composition root: what exists, who gets what, and the order in which it starts and stops. Nothing else reads the
 * environment or the configuration; everything else gets what it needs as arguments.
 */
import { randomBytes as cryptoRandomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { RouteName } from '@sallyport/api'
import { CONTROL_HOST } from '@sallyport/api/unix'
import { ACTOR_GATEWAY, type AuditEvent, localActor } from '@sallyport/audit'
import { hasHardwareAes } from '@sallyport/ssh'
import { systemClock } from '@sallyport/wire'
import { createAuthorizer } from './access/authorize.ts'
import { decisionEvents } from './access/decision-events.ts'
import { dialTarget } from './access/dial-target.ts'
import { systemLookup } from './access/name-lookup.ts'
import { namedAuthorities } from './access/named-authorities.ts'
import { ownAddresses } from './access/own-addresses.ts'
import { RosterKeeper } from './access/roster.ts'
import { currentTargetIn, deciderOf, policyHostIn, standingIn, targetAt } from './access/roster-decider.ts'
import { targetDirectory } from './access/target-directory.ts'
import { vouchesFor } from './access/vouches-for.ts'
import { Approvals } from './approval/approvals.ts'
import { CheckBook } from './approval/check-book.ts'
import { CodeAttempts } from './approval/code-attempts.ts'
import { OneTimeCodes } from './approval/one-time-codes.ts'
import { SecondFactor } from './approval/second-factor.ts'
import { AuthorityKeys } from './authority/authority-keys.ts'
import { CertificateService } from './authority/certificate-service.ts'
import { HOST_CERTIFICATE_CHECK_MS, HostCertificates } from './authority/host-certificates.ts'
import { issuedFactors } from './authority/issued-factors.ts'
import { ConfigKeeper } from './config/config-keeper.ts'
import type { Config } from './config/settings.ts'
import { formatSocketAddress, type SocketAddress } from './config/socket-address.ts'
import { unknownVariables } from './config/unknown-variables.ts'
import { listenControl } from './control/control-server.ts'
import { gatewayName } from './control/daemon.ts'
import { handlersOf } from './control/handlers.ts'
import type { Services } from './control/services.ts'
import { openDefence } from './defence/open-defence.ts'
import type { GatewayOptions } from './gateway-options.ts'
import { apiApp } from './http/api-app.ts'
import { MuxFront } from './http/mux-front.ts'
import { openWeb, type Web } from './http/open-web.ts'
import { pageApp } from './http/page-app.ts'
import { publicOrigin } from './http/public-origin.ts'
import { StrangerLimit } from './http/stranger-limit.ts'
import { sourceOf, webPeer } from './http/web-peer.ts'
import { boundedWriter } from './ops/bounded-writer.ts'
import { closeServer } from './ops/close-server.ts'
import { countKeyExchanges } from './ops/count-key-exchanges.ts'
import { LiveEvents } from './ops/live-events.ts'
import { createLog, logSshTraces } from './ops/log-writer.ts'
import { createMetrics } from './ops/metrics.ts'
import { openOps } from './ops/open-ops.ts'
import { keepHouse } from './sessions/housekeeping.ts'
import { revocation } from './sessions/revocation.ts'
import { SessionRegistry } from './sessions/session-registry.ts'
import { WayWatch } from './sessions/way-watch.ts'
import { oidcPages } from './sign-in/oidc-pages.ts'
import { signInServices } from './sign-in/sign-in-services.ts'
import { KeyUses } from './ssh/key-uses.ts'
import { SshFront } from './ssh/ssh-front.ts'
import { welcomeText } from './ssh/welcome-text.ts'
import { lockState } from './state/daemon-lock.ts'
import { starter } from './state/first-admin.ts'
import { greetingOf } from './state/greeting-of.ts'
import { inTurn } from './state/in-turn.ts'
import { MasterKey } from './state/master-key.ts'
import type { FirstStart } from './state/open-state.ts'
import { openedState } from './state/opened-state.ts'
import type { RecordedChange } from './state/recorded-change.ts'
import { explained } from './state/start-failure.ts'
import { createPrivateDirectory, requirePrivate, statePaths } from './state/state-directory.ts'
import { VERSION } from './version.ts'

/** A running gateway. */
export interface Gateway extends AsyncDisposable {
  /** Where the SSH door listens, with the ports it was given. */
  readonly sshAddresses: readonly SocketAddress[]
  readonly metricsAddress: SocketAddress | undefined
  /** Where people open the console, `https://localhost:8443`; undefined where it is served nowhere. */
  readonly webOrigin: string | undefined
  readonly webAddresses: readonly SocketAddress[]
  /** Where SSH, HTTPS and plain HTTP share a port. */
  readonly muxAddresses: readonly SocketAddress[]
  readonly controlSocket: string
  readonly firstStart: FirstStart
  /** What to read and type after the start. */
  readonly greeting: string
  /** Takes a failure of the process that belongs to no connection into log and metrics. */
  reportFailure(what: string, error: unknown): void
  /** Reads configuration and policy again; what has mistakes is refused and the old stays. */
  reload(): Promise<void>
  /** Lets nobody new in, tells those who are in, and waits for them up to the drain time. Then everything is closed. */
  stop(options?: { readonly drainMs?: number; readonly reason?: string }): Promise<void>
}

/** Starts a gateway in this process. Throws GatewayError with what to do about it; then nothing is left behind. */
export function startGateway(options: GatewayOptions): Promise<Gateway> {
  return explained(options.stateDirectory, () => start(options))
}

async function start(options: GatewayOptions): Promise<Gateway> {
  const { stateDirectory, environment = {} } = options
  const now = () => systemClock.now()
  const startedAt = now()
  const paths = statePaths(stateDirectory)
  await using started = new AsyncDisposableStack()

  const madeDirectory = createPrivateDirectory(paths.directory)
  requirePrivate(paths.directory, 'state directory')
  started.use(lockState(paths.lock))
  const config = new ConfigKeeper({
    stateDirectory,
    environment,
    ...(options.configFile === undefined ? {} : { file: options.configFile }),
    ...(options.flags === undefined ? {} : { flags: options.flags }),
  })
  const log = createLog({
    level: config.current.log.level,
    format: logFormat(config.current),
    write:
      options.writeLog ??
      boundedWriter(process.stdout, (count) => log.warn('lines of the log were lost: its reader is behind', { count })),
  })
  started.use(logSshTraces(log))
  for (const { name, nearest } of unknownVariables(environment))
    log.warn('an environment variable that nothing reads', {
      detail: name,
      ...(nearest === undefined ? {} : { fix: `did you mean ${nearest}?` }),
    })
  const failed = (what: string, error: unknown) => {
    metrics.failures.inc()
    log.failure(`could not ${what}`, error)
  }

  const state = started.use(await openedState(options, config.current, log, madeDirectory))
  const { store, audit, hostKeys } = state
  const record = (event: AuditEvent) => audit.append(event)
  const change: RecordedChange = (run) => audit.together(store, run)
  const roster = started.use(
    await RosterKeeper.open(store, failed, (issuer, group) => vouchesFor(config.current.oidc.providers, issuer, group)),
  )
  const sessions = new SessionRegistry()
  const events = new LiveEvents()
  const randomBytes = (size: number): Uint8Array => new Uint8Array(cryptoRandomBytes(size))
  const approvals = started.use(new Approvals({ randomBytes, now, lifeMs: () => config.current.ssh.approval_timeout }))
  const checks = started.use(await CheckBook.open(store, failed))

  const defence = openDefence({
    config: config.current,
    clock: systemClock,
    bans: () => roster.current.bans,
    record,
    failed,
    log,
  })
  const { penalties, connections, starts, gatekeeper, networkText } = defence
  const metrics = createMetrics({
    sessions: () => sessions.size,
    passages: () => sessions.passageCount,
    connections: () => connections.open,
    starting: () => starts.begun,
    penalties: () => penalties.size,
    bans: () => roster.current.bans.list(systemClock.now()).length,
    policyVersion: () => roster.current.policyVersion.version,
    webConnections: () => web?.front.connections ?? 0,
    tlsExpiry: () => (web?.tls.notAfter ?? 0) / 1000,
    acmeFailures: () => web?.acme?.failures ?? 0,
  })
  started.use(countKeyExchanges(metrics))

  const lookup = systemLookup()
  let ops: ({ readonly address: SocketAddress } & AsyncDisposable) | undefined
  let web: Web | undefined
  let mux: MuxFront | undefined
  const own = ownAddresses(() => [
    ...front.addresses,
    ...(web?.front.addresses ?? []),
    ...(mux?.addresses ?? []),
    ...(ops === undefined ? [] : [ops.address]),
  ])
  const authorizer = createAuthorizer({
    resolve: targetDirectory({
      targetByName: (name) => roster.current.targetsByName.get(name),
      targetByAddress: (address, port) => targetAt(roster.current, address, port),
      policyHost: (name) => policyHostIn(roster.current, name),
      lookup,
      lookupTimeoutMs: () => config.current.dial.dns_timeout,
    }),
    isOwn: own,
    decider: () => deciderOf(roster.current),
    currentTarget: (target) => currentTargetIn(roster.current, target),
    standing: (principal) => standingIn(roster.current, principal, now(), named()),
    ...decisionEvents(record),
    failed,
    now,
  })
  const named = namedAuthorities(() => config.current.ssh.user_authorities)
  const ways = started.use(new WayWatch(systemClock))
  const revoke = revocation({ sessions, authorizer, ways, roster: () => roster.current, namedAuthorities: named, now })
  const endWhatIsNot = () => {
    web?.front.recheck()
    revoke.all().catch((error: unknown) => failed('end what is no longer allowed', error))
  }
  started.use(roster.onChange(endWhatIsNot))
  started.use(checks.onForgotten(endWhatIsNot))

  let phase: 'starting' | 'ready' | 'draining' = 'starting'
  const tasks = new Set<Promise<void>>()
  const certificates = await CertificateService.open({
    store,
    keys: new AuthorityKeys(paths.authorities),
    change,
    now,
  })
  const hostCertificates = new HostCertificates({
    ring: hostKeys,
    certificates,
    hostname: () => config.current.ssh.hostname,
    now,
  })
  const certifyHost = () =>
    hostCertificates.ensure().catch((error: unknown) => failed('certify the host keys; clients see them plain', error))
  await certifyHost()
  const certifying = setInterval(() => void certifyHost(), HOST_CERTIFICATE_CHECK_MS)
  certifying.unref()
  started.defer(() => clearInterval(certifying))
  started.use(store.changes.subscribe(['authorities'], () => void certifyHost()))
  const oneTimeCodes = new OneTimeCodes({ store, masterKey: () => masterKey, attempts: new CodeAttempts(now), now })
  const secondFactor = new SecondFactor({
    settings() {
      const {
        second_factor: mode,
        second_factor_period: periodMs,
        approval_qr: qr,
        approval_timeout,
      } = config.current.ssh
      return { mode, periodMs, qr, approvalMs: approval_timeout }
    },
    roster: () => roster.current,
    store,
    approvals,
    checks,
    codes: oneTimeCodes,
    networkOf: networkText,
    origin: () => web?.origin,
    record,
    failed,
    log,
    now,
  })
  const finish = (task: Promise<void>) => {
    tasks.add(task)
    void task.finally(() => tasks.delete(task))
  }
  const keyUses = new KeyUses({
    mark: (fingerprint) => store.userKeys.used(fingerprint),
    own: finish,
    failed,
    now,
  })
  const front = new SshFront({
    secondFactor,
    config: () => config.current,
    hostKeys: () => hostCertificates.signers(),
    otherHostKeys: () => hostCertificates.others(),
    namedAuthorities: named,
    issuedFactors: (serial) => issuedFactors(store.certificates, serial),
    keyUsed: (fingerprint) => keyUses.note(fingerprint),
    hardwareAes: hasHardwareAes(cpuFacts()),
    gatekeeper,
    sessions,
    roster: () => roster.current,
    record,
    failed,
    authorizer,
    ways,
    dial: (grant, signal) => {
      const { timeout: timeoutMs, attempt_delay: attemptDelayMs } = config.current.dial
      return dialTarget(grant, { timeoutMs, attemptDelayMs, signal })
    },
    randomBytes,
    now,
    log,
    metrics,
    events,
    recheck: revoke.one,
    welcomeText: ({ principal }) =>
      welcomeText(principal, roster.current, {
        host: gatewayName(config.current.ssh.hostname),
        port: front.addresses[0]?.port ?? 0,
      }),
    draining: () => phase === 'draining',
    own: finish,
  })
  started.defer(async () => {
    await front[Symbol.asyncDispose]()
    // Ends of passages are still being written down.
    await Promise.allSettled(tasks)
  })

  started.use(keepHouse({ sessions, recheck: revoke.one, roster, store, checks, failed, now }))

  // Whoever asks last reads last, and that is what is in force then.
  const reloading = inTurn()
  const reload = (actor: string) => reloading(() => readAgain(actor))
  const readAgain = async (actor: string) => {
    const { changed, restartNeeded, take } = config.read()
    if (changed.length > 0) await record({ type: 'config-changed', actor, keys: changed })
    take()
    defence.settle(config.current)
    log.level = config.current.log.level
    log.info('configuration read again', { detail: [...changed, ...restartNeeded].join(' ') })
    // The keeper tries again by itself until it succeeds; the configuration is in force.
    await roster.refresh().catch((error: unknown) => failed('read users, targets and policy from the store', error))
    return { changed, restartNeeded }
  }
  const masterKey = MasterKey.open(paths.masterKey)
  const origin = () => web?.origin ?? publicOrigin(config.current, config.current.listen.https[0]?.port ?? 0)
  const { services: signIn, oidc } = signInServices({
    config: () => config.current,
    environment,
    store,
    roster,
    approvals,
    checks,
    codes: oneTimeCodes,
    networkOf: networkText,
    offended: (source) => gatekeeper.offended(source, 'auth-fail'),
    origin,
    change,
    record,
    failed,
    log,
    randomBytes,
    now,
  })
  const services: Services = {
    ...signIn,
    certificates,
    origin,
    masterKey,
    randomBytes,
    paths,
    store,
    audit,
    auditPublicKey: state.auditPublicKey,
    roster,
    sessions,
    penalties,
    gatekeeper,
    config,
    get hostKeys() {
      return hostKeys.active
    },
    hostKeyRing: hostKeys,
    hostCertificates,
    lookup,
    isOwn: own,
    events,
    log,
    version: VERSION,
    startedAt,
    phase: () => phase,
    sshAddresses: () => [...front.addresses, ...(mux?.addresses ?? [])],
    tls: () => web,
    webAddresses: () => (web === undefined ? [] : [...web.front.addresses, ...(mux?.addresses ?? [])]),
    metricsAddress: () => ops?.address,
    reload,
    revoke: revoke.all,
    now,
    monotonic: () => systemClock.monotonic(),
  }

  await front.listen()
  const notReady = () => (phase === 'ready' ? undefined : phase)
  ops = await openOps({ config, metrics, notReady, failed, log })
  if (ops !== undefined) started.use(ops)
  // Over the socket the peer can only be root or the state's owner: the file system lets nobody else in.
  const actor = localActor(starter({}).name)
  const stopping = new AbortController()
  const handlers = handlersOf(services)
  const apiParts = {
    handlers,
    log,
    randomBytes,
    stopping: stopping.signal,
    refused(caller: string, request: RouteName) {
      record({ type: 'administration-refused', actor: caller, request, reason: 'caller.not-allowed' }).catch(
        (error: unknown) => failed('write a refusal to the audit log', error),
      )
    },
  }
  const app = apiApp({
    ...apiParts,
    peer: () => ({ by: 'socket', role: 'owner', actor }),
    hosts: () => new Set([CONTROL_HOST]),
  })
  const control = await listenControl(paths.controlSocket, app, failed)
  started.defer(async () => {
    stopping.abort()
    await closeServer(control)
  })
  const webPeers = webPeer({
    webSessions: store.webSessions,
    apiTokens: store.apiTokens,
    user: (id) => roster.current.usersById.get(id),
    now,
  })
  const strangers = new StrangerLimit(() => systemClock.monotonic())
  web = await openWeb({
    config: () => config.current,
    paths,
    api: (hosts) =>
      apiApp({
        ...apiParts,
        peer: webPeers,
        hosts,
        stranger: (c) => strangers.take(networkText(sourceOf(c))),
        answered(route, status, seconds) {
          metrics.requests.inc({ route, status: String(status) })
          metrics.requestSeconds.observe(seconds)
        },
      }),
    pages: (hosts) =>
      pageApp({
        handlers: oidcPages(oidc, now),
        hosts,
        peer: webPeers,
        stranger: (c) => strangers.take(networkText(sourceOf(c))),
        failed,
      }),
    admits: (source) => roster.current.bans.find(source, now()) === undefined,
    sourceOf: networkText,
    muxAddresses: () => mux?.addresses ?? [],
    monotonic: () => systemClock.monotonic(),
    renewed: ({ fingerprint, notAfter }) =>
      log.info('the certificate of the HTTPS door is new', {
        detail: `SHA-256 ${fingerprint}, until ${new Date(notAfter).toISOString()}`,
      }),
    randomBytes,
    now,
    failed,
  }).catch((error: unknown) => {
    // Nobody asked for this port: that something else has it must not keep the SSH door shut.
    if (config.loaded.origins.get('listen.https')?.origin !== 'default') throw error
    log.failure('the console is served nowhere; set listen.https to a free port', error)
    return undefined
  })
  if (web !== undefined) started.use(web)
  if (config.current.listen.mux.length > 0) {
    mux = started.use(
      new MuxFront({
        admits: (source) => roster.current.bans.find(source, now()) === undefined,
        sourceOf: networkText,
        ssh: front.taking(config.current.ssh.algorithms),
        tls: web?.front.taking() ?? ((socket) => void socket.destroy()),
        origin,
        failed,
      }),
    )
    await mux.listen(config.current.listen.mux)
  }
  await record({
    type: 'gateway-started',
    actor: ACTOR_GATEWAY,
    version: VERSION,
    doors: [...front.addresses, ...(web?.front.addresses ?? []), ...(mux?.addresses ?? [])].map(formatSocketAddress),
  })
  phase = 'ready'
  log.info('ready', { version: VERSION, address: front.addresses.map(formatSocketAddress).join(' ') })

  const owner = [...roster.current.usersById.values()].find(({ role, disabled }) => role === 'owner' && !disabled)
  const setup =
    web === undefined || owner === undefined || !(await signIn.links.needsSetup(owner))
      ? undefined
      : options.keptGreeting === true
        ? ({ by: owner.name } as const)
        : ({ url: (await signIn.links.setupLink(owner)).url } as const)
  const running = started.move()
  let stopped: Promise<void> | undefined
  const halt = Promise.withResolvers<void>()
  const stop = async (drainMs: number, reason: string) => {
    phase = 'draining'
    gatekeeper.drain()
    await front.stopListening()
    events.publish({ type: 'draining', summary: 'the gateway is stopping' })
    log.info('stopping', { reason, count: sessions.size })
    if (!sessions.isEmpty && drainMs > 0) {
      const drained = new AbortController()
      await Promise.race([sessions.empty(), halt.promise, sleep(drainMs, drained.signal)])
      drained.abort()
    }
    const left = sessions.size
    sessions.endAll({ denied: 'session.draining', note: '', actor: ACTOR_GATEWAY })
    const uptimeMs = Math.max(0, systemClock.now() - startedAt)
    await front[Symbol.asyncDispose]()
    await Promise.allSettled(tasks)
    await record({ type: 'gateway-stopped', actor: ACTOR_GATEWAY, reason, uptimeMs }).catch((error: unknown) =>
      failed('write the stop to the audit log', error),
    )
    await running.disposeAsync()
    log.info('stopped', { reason, count: left })
  }
  return {
    get sshAddresses() {
      return front.addresses
    },
    metricsAddress: ops?.address,
    webOrigin: web?.origin,
    webAddresses: web?.front.addresses ?? [],
    muxAddresses: mux?.addresses ?? [],
    controlSocket: paths.controlSocket,
    firstStart: state.firstStart,
    greeting: greetingOf(
      state,
      roster,
      config.current,
      front.addresses,
      paths.directory,
      web && {
        origin: web.origin,
        fingerprint: web.tls.selfSigned ? web.tls.fingerprint : undefined,
        setup,
      },
    ),
    reportFailure: failed,
    reload: async () => void (await reload(ACTOR_GATEWAY)),
    stop({ drainMs = config.current.stop.drain_timeout, reason = 'asked' } = {}) {
      if (drainMs === 0) halt.resolve()
      stopped ??= stop(drainMs, reason)
      return stopped
    },
    async [Symbol.asyncDispose]() {
      halt.resolve()
      stopped ??= stop(0, 'disposed')
      await stopped
    },
  }
}

/** What the kernel says of the processor; nothing where it says nothing. */
function cpuFacts(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    return ''
  }
}

function logFormat({ log }: Config): 'text' | 'json' {
  if (log.format !== 'auto') return log.format
  return process.stdout.isTTY ? 'text' : 'json'
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
