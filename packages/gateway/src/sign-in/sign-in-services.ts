import type { AuditEvent } from '@sallyport/audit'
import { PasskeyCeremonies, PasswordHasher } from '@sallyport/identity'
import type { Store } from '@sallyport/store'
import type { RosterKeeper } from '../access/roster.ts'
import { ApprovalService } from '../approval/approval-service.ts'
import type { Approvals } from '../approval/approvals.ts'
import type { CheckBook } from '../approval/check-book.ts'
import { CodeAttempts } from '../approval/code-attempts.ts'
import type { OneTimeCodes } from '../approval/one-time-codes.ts'
import type { Config } from '../config/settings.ts'
import type { Services } from '../control/services.ts'
import type { Log } from '../ops/log-writer.ts'
import type { RecordedChange } from '../state/recorded-change.ts'
import { DeviceRequests } from './device-requests.ts'
import { LoopbackCodes } from './loopback-codes.ts'
import { OidcFlows } from './oidc-flows.ts'
import { OidcLinks } from './oidc-links.ts'
import { OidcProviders } from './oidc-providers.ts'
import { OidcSignIn } from './oidc-sign-in.ts'
import { OneTimeLinks } from './one-time-links.ts'
import { PasswordSignIn } from './password-sign-in.ts'
import { SignInService } from './sign-in-service.ts'

export interface SignInParts {
  readonly config: () => Config
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly store: Store
  readonly roster: RosterKeeper
  readonly approvals: Approvals
  readonly checks: CheckBook
  readonly codes: OneTimeCodes
  /** Text of the network that an address counts as. */
  readonly networkOf: (source: string) => string
  /** Counts as a failed attempt of an address. */
  readonly offended: (source: string) => void
  /** `https://gw.example.com:8443` */
  readonly origin: () => string
  readonly change: RecordedChange
  readonly record: (event: AuditEvent) => Promise<unknown>
  readonly failed: (what: string, error: unknown) => void
  readonly log: Log
  readonly randomBytes: (size: number) => Uint8Array
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Everything with which people sign in to the console and with the command, put together. */
export function signInServices(parts: SignInParts) {
  const { config, environment, store, roster, approvals, checks, codes } = parts
  const { networkOf, origin, change, record, failed, log, randomBytes, now } = parts
  const userByName = (name: string) => roster.current.usersByName.get(name)
  const passkeys = new PasskeyCeremonies({
    relyingParty: () => ({ id: new URL(origin()).hostname, name: 'Sallyport', origin: origin() }),
    randomBytes,
    now,
  })
  const signIn = new SignInService({
    store,
    passkeys,
    user: (id) => roster.current.usersById.get(id),
    userByName,
    change,
    record,
    failed,
    randomBytes,
    now,
    sessionMs: () => config().https.session_limit,
  })
  const links = new OneTimeLinks({
    store,
    passkeys,
    signIn,
    user: (id) => roster.current.usersById.get(id),
    change,
    randomBytes,
    now,
    origin,
  })
  const oidcProviders = new OidcProviders({
    settings: () => config().oidc.providers,
    environment,
    origin,
    randomBytes,
    now,
  })
  const note = (provider: string, reason: string, error: unknown) =>
    log.info('a sign-in with an identity provider came to nothing', {
      method: `oidc:${provider}`,
      reason,
      detail: error instanceof Error ? messagesOf(error) : '',
    })
  const flows = new OidcFlows({ providers: oidcProviders, note, randomBytes, now })
  const refresh = () => roster.refresh()
  const oidcLinks = new OidcLinks({
    flows,
    providers: oidcProviders,
    passwords: () => config().https.passwords,
    refresh,
    change,
    randomBytes,
    now,
  })
  const oidc = {
    flows,
    links: oidcLinks,
    signIn: new OidcSignIn({ flows, signIn, refresh, change, record, note, now }),
  }
  const passwordHasher = new PasswordHasher(randomBytes)
  const passwordSignIn = new PasswordSignIn({
    store,
    hasher: passwordHasher,
    codes,
    signIn,
    userByName,
    networkOf,
    attempts: new CodeAttempts(now),
    record,
    failed,
    now,
  })
  const services = {
    passkeys,
    signIn,
    links,
    oidcProviders,
    oidcLinks,
    passwordHasher,
    passwordSignIn,
    checks,
    approvals: new ApprovalService({
      approvals,
      checks,
      passkeys,
      codes,
      store,
      networkOf,
      offended: parts.offended,
      change,
      record,
      now,
    }),
    deviceRequests: new DeviceRequests({ randomBytes, now }),
    loopbackCodes: new LoopbackCodes({ randomBytes, now }),
  } satisfies Partial<Services>
  return { services, oidc }
}

/** What an error and its causes say, without their facts. */
function messagesOf(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${messagesOf(error.cause)}` : error.message
}
