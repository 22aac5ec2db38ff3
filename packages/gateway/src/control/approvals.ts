import { type Approval as ApiApproval, ApiError } from '@sallyport/api'
import type { User } from '@sallyport/model'
import type { AskedKind } from '../access/asked-factors.ts'
import type { Approval } from '../approval/approval.ts'
import type { Approved } from '../approval/approval-service.ts'
import { ceremonyOf, orBadPasskey } from './auth.ts'
import type { Handlers } from './handlers.ts'
import { type Caller, type Services, timeText } from './services.ts'

type ApprovalRoute = `approval.${string}` & keyof Handlers

/** `approval …`: people decide about their own SSH logins, in a browser where they are signed in. */
export function approvalHandlers({ approvals, roster, store }: Services): Pick<Handlers, ApprovalRoute> {
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

  const scope = ({ keepMs }: Approval, seconds: number): number => {
    if (seconds * 1000 <= keepMs) return seconds * 1000
    throw new ApiError('request.invalid', 'the policy does not let a yes count for so long', {
      why: keepMs === 0 ? 'it counts for this login alone' : `it counts for ${keepMs / 1000} s at most`,
    })
  }
  const able = ({ kinds }: Approval, kind: AskedKind) => {
    if (kinds.includes(kind)) return
    throw new ApiError('request.invalid', 'this login takes another proof', { why: `it takes: ${kinds.join(', ')}` })
  }
  const yes = (became: Approved) => {
    if (became === 'approved') return
    if (became === 'over') throw over()
    throw refusedCode(became)
  }

  return {
    'approval.list': (_, caller) => ({ approvals: approvals.list(self(caller)).map(shownTo(caller)) }),

    async *'approval.watch'(_, caller) {
      const { peer, signal } = caller
      const user = self(caller)
      const session = peer.by === 'session' ? peer.webSession : undefined
      for await (const waiting of approvals.watch(user, signal)) {
        // A browser that was signed out meanwhile hears no more of it.
        if (!(await store.webSessions.list(user.id)).some(({ id }) => id === session)) return
        yield { approvals: waiting.map(shownTo(caller)) }
      }
    },

    'approval.show': ({ code }, caller) => shownTo(caller)(own(self(caller), code)),

    async 'approval.begin'({ code, keep_seconds }, caller) {
      const user = self(caller)
      const approval = own(user, code)
      if (approval.state !== 'pending') throw over()
      able(approval, 'passkey')
      return ceremonyOf(await approvals.begin(user, approval, scope(approval, keep_seconds)))
    },

    async 'approval.decide'({ code, decision, keep_seconds, ceremony, response, one_time_code }, caller) {
      const user = self(caller)
      const approval = own(user, code)
      const shown = shownTo(caller)
      if (decision !== 'approve') {
        const denied = decision === 'deny' ? approvals.deny(user, approval) : approvals.report(user, approval)
        if (!(await denied)) throw over()
        return shown(approval)
      }
      const keptMs = scope(approval, keep_seconds)
      if (one_time_code !== undefined && ceremony === undefined) {
        able(approval, 'totp')
        const source = caller.peer.by === 'session' ? caller.peer.source : ''
        yes(await approvals.approveByCode(user, approval, keptMs, { code: one_time_code, source }))
        return shown(approval)
      }
      if (ceremony === undefined || response === undefined) {
        throw new ApiError('request.invalid', 'approving takes the passkey’s answer', {
          fix: 'ask for a ceremony first: approval.begin',
        })
      }
      able(approval, 'passkey')
      yes(await orBadPasskey(approvals.approve(user, approval, keptMs, { ceremony, response })))
      return shown(approval)
    },
  }
}

function refusedCode(why: Exclude<Approved, 'approved' | 'over'>): ApiError {
  if (why === 'wrong') {
    return new ApiError('code.refused', 'this is not the code, or it was used before', {
      fix: 'take the next one; check the phone’s clock',
    })
  }
  return new ApiError('sign-in.delayed', 'too many wrong codes from your network', {
    fix: `try again in ${why.waitSeconds} s, or use a passkey`,
  })
}

function shownTo({ peer }: Caller): (approval: Approval) => ApiApproval {
  return (approval) => shown(approval, peer.by === 'session' ? peer.source : undefined)
}

function shown(approval: Approval, here: string | undefined): ApiApproval {
  const { code, state, sessionId, source, client, key, place, askedAt, until, kinds, keepMs, rule, answer } = approval
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
    from_here: source === here,
    rule,
    methods: [...kinds],
    keep_max_seconds: Math.floor(keepMs / 1000),
    kept_seconds: answer === undefined ? null : Math.floor(answer.keptMs / 1000),
    asked_at: timeText(askedAt),
    expires_at: timeText(until),
  }
}
