import { type DeviceRequest as ApiDeviceRequest, ApiError, type DeviceSession } from '@sallyport/api'
import type { WebSession } from '@sallyport/store'
import { type DeviceRequest, shownUserCode } from '../sign-in/device-requests.ts'
import { FailureLimit } from '../sign-in/failure-limit.ts'
import type { SignInApproval } from '../sign-in/sign-in-approval.ts'
import { SIGN_IN_METHOD_DEVICE, SignInRefused } from '../sign-in/sign-in-service.ts'
import { fromOf, shownSignedIn } from './auth.ts'
import type { Handlers } from './handlers.ts'
import { type Caller, recordAct, type Services, timeText } from './services.ts'

type DeviceRoute = `device.${string}` & keyof Handlers

/** `sallyport login`: with a code that is approved elsewhere, or through the browser of the same machine. */
export function deviceHandlers(services: Services): Pick<Handlers, DeviceRoute> {
  const { deviceRequests, loopbackCodes, signIn, store, origin, monotonic } = services
  const wrongCodes = new FailureLimit(monotonic)

  /** Only a person at a browser lets a command in: a command's own session would outlive its sign-out in the next one's. */
  const approverOf = async ({ peer }: Caller): Promise<WebSession> => {
    const sessions = peer.by === 'session' ? await store.webSessions.list(peer.userId) : []
    const session = sessions.find(({ id }) => peer.by === 'session' && id === peer.webSession)
    if (session !== undefined && session.method !== SIGN_IN_METHOD_DEVICE) return session
    throw new ApiError('caller.not-allowed', 'a command is let in by somebody at the console', {
      fix: `open it with a browser: ${origin()}/device`,
    })
  }
  const opened = async (
    approval: SignInApproval,
    agent: string,
    caller: Caller,
  ): Promise<DeviceSession | undefined> => {
    try {
      const session = await signIn.openForCommand(approval, { ...fromOf(caller), agent })
      return { token: session.token, signed_in: shownSignedIn(session) }
    } catch (error) {
      if (error instanceof SignInRefused) return undefined
      throw error
    }
  }
  /** Who types codes that nobody was given is guessing. */
  const found = (request: DeviceRequest | undefined, userId: string): DeviceRequest => {
    if (request !== undefined) return request
    wrongCodes.failed(userId)
    throw new ApiError('device.unknown', 'nothing waits for this code', {
      why: 'it was decided, has expired, or was mistyped',
      fix: 'compare it with what the command shows, or start again: sallyport login',
    })
  }
  const requireFew = (userId: string) => {
    const seconds = wrongCodes.seconds(userId)
    if (seconds > 0)
      throw new ApiError('request.too-many', 'too many codes that nothing waits for', {
        fix: `try again in ${seconds} s`,
      })
  }

  return {
    'device.start'(_, caller) {
      const { source, agent } = fromOf(caller)
      const { deviceCode, userCode, expiresAt, intervalMs } = deviceRequests.start({ source, agent })
      const code = shownUserCode(userCode)
      return {
        device_code: deviceCode,
        user_code: code,
        verification_uri: `${origin()}/device`,
        verification_uri_complete: `${origin()}/device?code=${code}`,
        expires_at: timeText(expiresAt),
        interval: intervalMs / 1000,
      }
    },

    async 'device.poll'({ device_code }, caller) {
      const answer = deviceRequests.poll(device_code)
      if (answer.status === 'pending' || answer.status === 'slow-down')
        return { status: answer.status, interval: answer.intervalMs / 1000, session: null }
      if (answer.status !== 'approved') return { status: answer.status, interval: 0, session: null }
      const session = await opened(answer.approval, answer.request.agent, caller)
      // Whoever approved it has signed out since, or is not let in any more.
      if (session === undefined) return { status: 'denied', interval: 0, session: null }
      return { status: 'approved', interval: 0, session }
    },

    async 'device.show'({ code }, caller) {
      const { userId } = await approverOf(caller)
      requireFew(userId)
      return shownRequest(found(deviceRequests.find(code), userId))
    },

    async 'device.decide'({ code, approve }, caller) {
      const { id, userId } = await approverOf(caller)
      requireFew(userId)
      const request = found(deviceRequests.decide(code, approve ? { userId, approver: id } : 'denied'), userId)
      if (!approve) {
        const { actor } = caller
        const refused = { method: SIGN_IN_METHOD_DEVICE, reason: 'denied' } as const
        await recordAct(services, { type: 'sign-in-refused', actor, source: request.source, ...refused })
      }
      return shownRequest(request)
    },

    async 'device.loopback-approve'({ port, state, challenge }, caller) {
      const { id, userId } = await approverOf(caller)
      const code = loopbackCodes.issue({ userId, approver: id }, challenge)
      // Made here, so that a page cannot be talked into another place: only this machine's own address, RFC 8252 §7.3.
      return { redirect: `http://127.0.0.1:${port}/?${new URLSearchParams({ code, state }).toString()}` }
    },

    async 'device.exchange'({ code, verifier }, caller) {
      const approval = loopbackCodes.redeem(code, verifier)
      const session = approval === undefined ? undefined : await opened(approval, fromOf(caller).agent, caller)
      if (session !== undefined) return session
      throw new ApiError('sign-in.refused', 'this code signs nobody in', {
        why: 'it was used, is older than a minute, or belongs to another command',
        fix: 'start again: sallyport login',
      })
    },
  }

  function shownRequest({ userCode, agent, source, askedAt, expiresAt }: DeviceRequest): ApiDeviceRequest {
    const times = { asked_at: timeText(askedAt), expires_at: timeText(expiresAt) }
    return { user_code: shownUserCode(userCode), agent, source, ...times }
  }
}
