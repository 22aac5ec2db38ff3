import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { peerText } from '@sallyport/audit'
import { type SshTraceName, sshTraceNames } from '@sallyport/ssh'
import { type DestinationStream, pino } from 'pino'
import { hintOf } from './hint-of.ts'

/** Every field a line may have, beside level, time and message: whoever searches the log should not have to guess. */
export interface LogFields {
  readonly session?: string
  readonly passage?: string
  readonly user?: string
  readonly source?: string
  readonly source_port?: number
  readonly client?: string
  readonly key?: string
  readonly method?: string
  readonly target?: string
  readonly host?: string
  readonly address?: string
  readonly port?: number
  readonly code?: string
  readonly reason?: string
  readonly detail?: string
  /** What to do about it. */
  readonly fix?: string
  readonly bytes_in?: number
  readonly bytes_out?: number
  readonly duration_ms?: number
  readonly version?: string
  readonly event?: string
  readonly count?: number
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** The gateway's log. Whatever a peer wrote goes through `peerText`, here and nowhere else. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  /** A failure with its whole chain of causes. */
  failure(message: string, error: unknown, fields?: LogFields): void
  level: LogLevel
}

export interface LogOptions {
  readonly level: LogLevel
  readonly format: 'text' | 'json'
  /** Takes one line at a time. */
  readonly write: (line: string) => void
}

/** Longest text of one field, in bytes; with some twenty fields a line stays below 8 KiB. */
const FIELD_MAX_BYTES = 320
/** Causes that are followed. */
const CAUSES_MAX = 4

export function createLog({ level, format, write }: LogOptions): Log {
  const destination: DestinationStream = { write: format === 'json' ? write : (line) => write(asText(line)) }
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
  // Asked first: cleaning the fields of lines that nobody wants took 1 % of a connection.
  const line = (level: 'debug' | 'info' | 'warn', message: string, fields: LogFields | undefined) => {
    if (logger.isLevelEnabled(level)) logger[level](clean(fields), message)
  }
  return {
    debug: (message, fields) => line('debug', message, fields),
    info: (message, fields) => line('info', message, fields),
    warn: (message, fields) => line('warn', message, fields),
    failure: (message, error, fields) => {
      const fix = hintOf(error)
      logger.error(clean({ ...fields, detail: chainOf(error), ...(fix === undefined ? {} : { fix }) }), message)
    },
    get level() {
      return logger.level as LogLevel
    },
    set level(next) {
      logger.level = next
    },
  }
}

/** Writes what the SSH library tells of its connections, at level debug, until disposed. */
export function logSshTraces(log: Log): Disposable {
  const subscriptions = sshTraceNames.map((name: SshTraceName) => {
    const listener = (event: unknown) => {
      if (log.level !== 'debug' && log.level !== 'trace') return
      const facts = Object.entries(event as object).filter(([key]) => key !== 'connection')
      log.debug('ssh', { event: name, detail: facts.map(([key, value]) => `${key}=${String(value)}`).join(' ') })
    }
    subscribe(name, listener)
    return () => unsubscribe(name, listener)
  })
  return { [Symbol.dispose]: () => subscriptions.forEach((end) => end()) }
}

function clean(fields: LogFields = {}): Record<string, string | number> {
  const out: Record<string, string | number> = {}
  for (const [key, value] of Object.entries(fields) as [string, string | number | undefined][])
    if (value !== undefined) out[key] = typeof value === 'string' ? peerText(value, FIELD_MAX_BYTES) : value
  return out
}

/** `message (code): cause: …`; never a stack with values of ours in it. */
function chainOf(error: unknown): string {
  const parts: string[] = []
  let current = error
  for (let depth = 0; current !== undefined && depth < CAUSES_MAX; depth++) {
    if (!(current instanceof Error)) {
      parts.push(JSON.stringify(current))
      break
    }
    const code = 'code' in current && typeof current.code === 'string' ? ` (${current.code})` : ''
    parts.push(`${current.name}: ${current.message}${code}`)
    current = current.cause
  }
  return parts.join(': ')
}

/** One line for people: `15:04:05 info  signed in  user=alice source=192.0.2.7`. */
function asText(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, string | number>
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${plain(value)}`)
  return `${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${[msg, ...rest].join('  ')}\n`
}

function plain(value: string | number): string {
  return typeof value === 'string' && /[\s"=]/.test(value) ? JSON.stringify(value) : String(value)
}
