import { type AccessGrant, isAccessGrant } from './authorize.ts'
import type { DenialName } from './denial-codes.ts'

export interface DialOptions {
  /** For all addresses together. */
  readonly timeoutMs: number
  /** Head start of one address before the next is tried beside it, RFC 8305 §5. */
  readonly attemptDelayMs: number
  readonly signal: AbortSignal
}

/** Connects to one address; rejects with the system's error. */
export type Connect<Connection> = (
  to: { readonly host: string; readonly port: number },
  options: { readonly signal: AbortSignal },
) => Promise<Connection>

export type Dialled<Connection> =
  | { readonly connection: Connection; readonly address: string }
  /** `detail` is for the audit log, not for the client. */
  | { readonly failed: DialFailure; readonly detail: string; readonly address: string }

export type DialFailure = Extract<DenialName, `dial.${string}`>

/**
 * Happy eyeballs over the granted addresses (RFC 8305 §5): the next address is tried when the one before has failed or has
 * not answered within the delay; the first connection wins and the others are closed.
 */
export async function dialWith<Connection>(
  grant: AccessGrant,
  { timeoutMs, attemptDelayMs, signal }: DialOptions,
  connect: Connect<Connection>,
  discard: (connection: Connection) => void,
): Promise<Dialled<Connection>> {
  if (!isAccessGrant(grant)) throw new TypeError('only what was granted is dialled')
  signal.throwIfAborted()
  const { addresses, port } = grant
  const { promise, resolve, reject } = Promise.withResolvers<Dialled<Connection>>()
  const stop = new AbortController()
  const failures: { address: string; error: unknown }[] = []
  let next = 0
  let running = 0
  let settled = false
  let delay: NodeJS.Timeout | undefined

  const settle = (result: Dialled<Connection>) => {
    settled = true
    resolve(result)
  }
  const begin = () => {
    clearTimeout(delay)
    const address = addresses[next++]
    if (settled || address === undefined) return
    running++
    if (next < addresses.length) delay = setTimeout(begin, attemptDelayMs)
    connect({ host: address, port }, { signal: stop.signal }).then(
      (connection) => {
        running--
        if (settled) discard(connection)
        else settle({ connection, address })
      },
      (error: unknown) => {
        running--
        failures.push({ address, error })
        if (settled) return
        if (next < addresses.length) begin()
        else if (running === 0) settle(failure(failures))
      },
    )
  }
  const timer = setTimeout(() => {
    settle({ failed: 'dial.timeout', detail: `no answer in ${timeoutMs} ms`, address: addresses[0] ?? '' })
  }, timeoutMs)
  const aborted = () => {
    settled = true
    reject(signal.reason as Error)
  }
  signal.addEventListener('abort', aborted, { once: true })
  begin()
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    clearTimeout(delay)
    signal.removeEventListener('abort', aborted)
    if (running > 0) stop.abort()
  }
}

/** The first address's failure speaks for all: it is the preferred one. */
function failure(failures: readonly { readonly address: string; readonly error: unknown }[]): Dialled<never> {
  const { address = '', error } = failures.toSorted((a, b) => rank(a.error) - rank(b.error))[0] ?? {}
  const code = codeOf(error)
  return { failed: kindOf(code), detail: code === '' ? String(error) : code, address }
}

/** A refusal says more than a missing route: with IPv6 unavailable, the IPv4 answer is the one that counts. */
function rank(error: unknown): number {
  return ['dial.refused', 'dial.timeout', 'dial.unreachable', 'dial.failed'].indexOf(kindOf(codeOf(error)))
}

/** `ECONNREFUSED` and so on; empty where it is no error of the system. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function kindOf(code: string): DialFailure {
  switch (code) {
    case 'ECONNREFUSED':
      return 'dial.refused'
    case 'ETIMEDOUT':
      return 'dial.timeout'
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'EADDRNOTAVAIL':
      return 'dial.unreachable'
    default:
      return 'dial.failed'
  }
}
