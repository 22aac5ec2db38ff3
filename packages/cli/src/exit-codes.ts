import type { ApiError } from '@sallyport/api'

/** What the command's exit status says; scripts may rely on it. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  problemsFound: 3,
  signInNeeded: 4,
  denied: 5,
  notFound: 6,
  unreachable: 7,
  interrupted: 130,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Reasons whose status says less than the reason does. */
const BY_REASON: Readonly<Partial<Record<ApiError['reason'], ExitCode>>> = {
  'daemon.unreachable': EXIT.unreachable,
  'policy.tests-failed': EXIT.problemsFound,
  'policy.invalid': EXIT.problemsFound,
  'policy.locks-out': EXIT.problemsFound,
  'config.invalid': EXIT.usage,
  'sign-in.stale': EXIT.signInNeeded,
  'route.unknown': EXIT.failed, // the daemon's version lacks the route; nothing the caller named is missing
}
const BY_STATUS: Readonly<Record<number, ExitCode>> = {
  400: EXIT.usage,
  401: EXIT.signInNeeded,
  403: EXIT.denied,
  404: EXIT.notFound,
}

/** The exit status for a request that failed. */
export function exitCodeFor({ reason, status }: Pick<ApiError, 'reason' | 'status'>): ExitCode {
  return BY_REASON[reason] ?? BY_STATUS[status] ?? EXIT.failed
}
