import { type Approval as ApiApproval, ApiError } from '@sallyport/api'
import type { User } from '@sallyport/model'
import type { Approval } from '../approval/approvals.ts'
import { ceremonyOf, orBadPasskey } from './auth.ts'
import type { Handlers } from './handlers.ts'
import { type Caller, type Services, timeText } from './services.ts'

type ApprovalRoute = `approval.${string}` & keyof Handlers

/** `approval …`: people decide about their own SSH logins, in a browser where they are signed in. */
export function approvalHandlers({ approvals, roster }: Services): Pick<Handlers, ApprovalRoute> {
  /** Neither a token nor the machine's owner can stand in for a person who looks at a page. */
  const self = ({ peer }: Caller): User => {
    const user = peer.by === 'session' ? roster.current.usersById.get(peer.userId) : undefined
    if (user !== undefined) return user
    throw new ApiError('caller.unknown', 'this is about whoever signed in, and nobody did', {
      fix: 'sign in to the console',
    })
  }
  const own = (user: User, code: string): Approval => {
    const found = approvals.find(user, code)
    if (found !== undefined) return found
    throw new ApiError('approval.not-found', 'no login of yours waits under this code', {
      why: 'it was answered, has expired, or is somebody else’s',
      fix: 'compare the code with the terminal, or connect again',
    })
  }
  const over = () =>
    new ApiError('approval.over', 'this login does not wait any more', { fix: 'connect again if it was you' })

  return {
    'approval.list': (_, caller) => ({ approvals: approvals.list(self(caller)).map(shown) }),

    'approval.show': ({ code }, caller) => shown(own(self(caller), code)),

    async 'approval.begin'({ code }, caller) {
      const user = self(caller)
      const approval = own(user, code)
      if (approval.state !== 'pending') throw over()
      return ceremonyOf(await approvals.begin(user, approval))
    },

    async 'approval.decide'({ code, decision, ceremony, response }, caller) {
      const user = self(caller)
      const approval = own(user, code)
      if (decision === 'deny') {
        if (!(await approvals.deny(user, approval))) throw over()
        return shown(approval)
      }
      if (ceremony === undefined || response === undefined) {
        throw new ApiError('request.invalid', 'approving takes the passkey’s answer', {
          fix: 'ask for a ceremony first: approval.begin',
        })
      }
      if (!(await orBadPasskey(approvals.approve(user, approval, ceremony, response)))) throw over()
      return shown(approval)
    },
  }
}

function shown({ code, state, sessionId, source, client, key, place, askedAt, until }: Approval): ApiApproval {
  return {
    code,
    state: state === 'withdrawn' ? 'expired' : state,
    session: sessionId,
    source,
    client,
    key,
    target: place?.host ?? null,
    port: place?.port ?? null,
    login: null,
    asked_at: timeText(askedAt),
    expires_at: timeText(until),
  }
}
