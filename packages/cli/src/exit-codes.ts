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
  pending: 8,
  interrupted: 130,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The exit status for a request that failed. */
export function exitCodeFor(error: ApiError): ExitCode {
  const { reason, status } = error
  if (reason === 'daemon.unreachable') return EXIT.unreachable
  if (reason === 'policy.tests-failed' || reason === 'policy.invalid') return EXIT.problemsFound
  if (reason === 'config.invalid') return EXIT.usage
  if (status === 404) return EXIT.notFound
  if (status === 403) return EXIT.denied
  if (status === 401) return EXIT.signInNeeded
  if (status === 400) return EXIT.usage
  return EXIT.failed
}
