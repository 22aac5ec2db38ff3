import type { Approval } from '@sallyport/api'

const SSH_PORT = 22

/** `root@db-1`, `db-1:2222`; undefined for a sign-in as a whole. */
export function placeText({ login, target, port }: Pick<Approval, 'login' | 'target' | 'port'>): string | undefined {
  if (target === null) return undefined
  const place = port === null || port === SSH_PORT ? target : `${target}:${port}`
  return login === null ? place : `${login}@${place}`
}
