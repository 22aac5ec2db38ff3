/** A gateway that asks for a second factor on the way to a database, for tests of what becomes of the answer. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, type ApiErrorName } from '@sallyport/api'
import { type TOTP, URI } from 'otpauth'
import { hasOpenSsh, TestGateway, type TestKey } from './test-gateway.ts'
import { WebClient } from './web-client.ts'

export const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
export const flags = { 'listen.https': ['127.0.0.1:0'], 'ssh.approval_qr': false }
export const refused = (reason: ApiErrorName) => (error: unknown) =>
  error instanceof ApiError && error.reason === reason

export const TAGS = { tagOwners: { 'tag:db': ['autogroup:admin'], 'tag:web': ['autogroup:admin'] } }
export const GRANTS = [{ src: ['*'], dst: ['tag:db', 'tag:web'], ip: ['*'] }]
/** Everybody is asked on the way to a database. */
export function checking(checkPeriod: string): string {
  const rule = { action: 'check', src: ['autogroup:member'], dst: ['tag:db'], users: ['root', 'autogroup:nonroot'] }
  return JSON.stringify({ ...TAGS, grants: GRANTS, ssh: [{ ...rule, checkPeriod }] })
}
/** The way to a database takes one of these proofs. */
export function demanding(...oneOf: string[]): string {
  const app = { 'sallyport.dev/cap/ssh': [{ factors: [{ oneOf }] }] }
  return JSON.stringify({ ...TAGS, grants: [...GRANTS, { src: ['*'], dst: ['tag:db'], app }] })
}

/** A gateway with Alice, her key and her passkey, and a database behind it. */
export async function given(policy: string, options: { readonly flags?: object; readonly web?: boolean } = {}) {
  const gate = await TestGateway.start({ flags: { ...flags, ...options.flags } })
  const { port, key } = await gate.sshd()
  await gate.api.call('target.add', { name: 'db', address: '127.0.0.1', port, tags: ['tag:db'] })
  if (options.web === true) {
    await gate.api.call('target.add', { name: 'web', address: '127.0.0.2', port, tags: ['tag:web'] })
  }
  await gate.api.call('policy.apply', { text: policy, message: 'for a test', allow_lockout: true })
  const alice = await gate.user('alice')
  const browser = new WebClient(gate)
  const { url } = await gate.api.call('user.invite', { user: 'alice' })
  await browser.join(url)
  const config = (more = '  BatchMode no', who: TestKey = alice) =>
    gate.sshConfig(who, {
      target: { port, key },
      more: `  Tunnel no\nHost gate\n  User alice\n${more}\nHost db web\n  BatchMode yes\n  Port ${port}\n  IdentityFile ${key}`,
    })
  return { gate, alice, browser, config }
}

/** For as long as the policy lets a yes count, unless said. */
export async function decide(
  browser: WebClient,
  code: string,
  decision: 'approve' | 'deny' | 'report' = 'approve',
  seconds?: number,
) {
  if (decision !== 'approve') return browser.api.call('approval.decide', { code, decision })
  const keep_seconds = seconds ?? (await browser.api.call('approval.show', { code })).keep_max_seconds
  const { ceremony, options } = await browser.api.call('approval.begin', { code, keep_seconds })
  const response = { ...browser.authenticator.get(options as never) }
  return browser.api.call('approval.decide', { code, decision, keep_seconds, ceremony, response })
}

export const CODE = /\/approve\/([0-9A-Z]{4}-[0-9A-Z]{4})/

const TOTP_STEP_MS = 30_000

/** Sets up one-time codes; those of now are still to be used. */
export async function withCodes(browser: WebClient): Promise<TOTP> {
  const { uri } = await browser.api.call('me.totp-begin')
  const totp = URI.parse(uri) as TOTP
  // The step before: the one of now is left for the login. It counts until the end of the one of now.
  const next = Date.now() + TOTP_STEP_MS - (Date.now() % TOTP_STEP_MS)
  if (next - Date.now() < TOTP_STEP_MS / 2) await clockPasses(next)
  await browser.api.call('me.totp-confirm', { code: totp.generate({ timestamp: Date.now() - TOTP_STEP_MS }) })
  return totp
}

/** A timer alone may ring up to a millisecond before the clock says that it is time. */
async function clockPasses(moment: number): Promise<void> {
  for (let left = moment - Date.now(); left > 0; left = moment - Date.now()) await sleep(left)
}
