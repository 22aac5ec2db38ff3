import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { type ApiClient, ApiError, type DeviceSession, type DeviceStart } from '@sallyport/api'
import { CommandError } from '../command-error.ts'
import { LoopbackListener } from './loopback-listener.ts'

/** Time to sign in with the browser, in milliseconds; as long as the gateway keeps a code. */
const BROWSER_WAIT_MS = 10 * 60 * 1000
/** Randomness of a PKCE verifier, in bytes: 43 characters, RFC 7636 §4.1. */
const VERIFIER_BYTES = 32
/** Polls that may find the gateway gone, one after the other: a restart passes. */
const LOST_POLLS_MAX = 5

interface BrowserOptions {
  readonly server: string
  readonly signal: AbortSignal
  /** Told of the page to open; resolves when it is being opened or was shown. */
  readonly show: (url: string) => Promise<void>
}

/** Signs in through the browser of this machine. */
export async function signInWithBrowser(
  api: ApiClient,
  { server, signal, show }: BrowserOptions,
): Promise<DeviceSession> {
  await using listener = await LoopbackListener.open()
  const verifier = randomBytes(VERIFIER_BYTES).toString('base64url')
  const challenge = createHash('sha256').update(verifier, 'ascii').digest('base64url')
  const asked = new URLSearchParams({ port: String(listener.port), state: listener.state, challenge })
  const late = AbortSignal.timeout(BROWSER_WAIT_MS)
  await show(`${server}/cli?${asked.toString()}`)
  const code = await listener.code(AbortSignal.any([signal, late])).catch((error: unknown) => {
    if (late.aborted && !signal.aborted) throw expired('nobody signed in with the browser within ten minutes')
    throw error
  })
  return api.call('device.exchange', { code, verifier }, { signal })
}

interface CodeOptions {
  readonly signal: AbortSignal
  readonly show: (begun: DeviceStart) => void
}

/** Signs in with a code that is approved in a browser elsewhere: RFC 8628 §3.4, §3.5. */
export async function signInWithCode(api: ApiClient, { signal, show }: CodeOptions): Promise<DeviceSession> {
  const begun = await api.call('device.start', {}, { signal })
  show(begun)
  let { interval } = begun
  let lost = 0
  for (;;) {
    await wait(interval * 1000, undefined, { signal })
    const answer = await api
      .call('device.poll', { device_code: begun.device_code }, { signal })
      .catch((error: unknown) => {
        const passing = error instanceof ApiError && ['daemon.unreachable', 'request.too-many'].includes(error.reason)
        if (!passing || ++lost >= LOST_POLLS_MAX || signal.aborted) throw error
        return undefined
      })
    if (answer === undefined) {
      interval *= 2 // §3.5: back off where the connection fails
      continue
    }
    lost = 0
    if (answer.status === 'approved' && answer.session !== null) return answer.session
    if (answer.status === 'denied') throw new CommandError('sign-in.denied', 'the sign-in was denied in the browser')
    if (answer.status === 'expired') throw expired('nobody approved the code in time')
    interval = answer.interval
  }
}

function expired(message: string): CommandError {
  return new CommandError('sign-in.needed', message, { fix: 'start again: sallyport login' })
}
