import type { ApiError } from '@sallyport/api'
import { CommandError } from '../command-error.ts'
import { EXIT, type ExitCode, exitCodeFor } from '../exit-codes.ts'
import { styled, type Terminal } from '../terminal.ts'
import { printable } from './escape.ts'
import { renderJsonLine } from './json.ts'

interface ErrorFacts {
  readonly code?: string | undefined
  readonly name: string
  readonly message: string
  readonly why?: string | undefined
  readonly fix?: string | undefined
  readonly requestId?: string | undefined
  readonly details?: unknown
  readonly exit: ExitCode
}

/** Errors of the gateway's package and of others that carry the same fields; importing their classes would load the daemon. */
interface Explained {
  readonly code?: unknown
  readonly reason?: unknown
  readonly why?: unknown
  readonly fix?: unknown
  readonly hint?: unknown
}

/** Prints an error on stderr, as text or as its JSON twin, and says which status to exit with. */
export function reportError(error: unknown, terminal: Terminal, json: boolean): ExitCode {
  const facts = factsOf(error)
  const { code, name, message, why, fix, requestId, details, exit } = facts
  if (json) {
    const body = {
      code: code ?? null,
      name,
      message,
      why: why ?? null,
      fix: fix ?? null,
      request_id: requestId ?? null,
    }
    terminal.stderr.write(renderJsonLine({ error: details === undefined ? body : { ...body, details } }))
    return exit
  }
  const label = styled(terminal.stderr, ['red', 'bold'], 'error:')
  const tag = code === undefined ? '' : `  ${styled(terminal.stderr, 'dim', `[${code} ${printable(name)}]`)}`
  terminal.stderr.write(`${label} ${lines(message, '       ')}${tag}\n`)
  for (const [title, text] of [
    ['why', why],
    ['fix', fix],
  ] as const) {
    if (text !== undefined && text.trim() !== '')
      terminal.stderr.write(`  ${styled(terminal.stderr, 'dim', title)}   ${lines(text, '        ')}\n`)
  }
  return exit
}

function lines(text: string, indent: string): string {
  return text.trimEnd().split('\n').map(printable).join(`\n${indent}`)
}

function factsOf(error: unknown): ErrorFacts {
  if (isApiError(error)) {
    const { code, reason, message, why, fix, requestId, details } = error
    return { code, name: reason, message, why, fix, requestId, details, exit: exitCodeFor(error) }
  }
  if (error instanceof CommandError) {
    const { code, reason, message, why, fix, details, exit } = error
    return { code, name: reason, message, why, fix, details, exit }
  }
  if (error instanceof Error && error.name === 'AbortError')
    return { name: 'interrupted', message: 'interrupted', exit: EXIT.interrupted }
  const message = error instanceof Error ? error.message : String(error)
  const { code, reason, why, fix, hint } = (error ?? {}) as Explained
  const name = textOf(reason) ?? 'failed'
  return {
    code: typeof code === 'string' && /^SP\d{4}$/.test(code) ? code : undefined,
    name,
    message,
    why: textOf(why) ?? causeOf(error),
    fix: textOf(fix) ?? textOf(hint),
    exit: name.startsWith('config.') ? EXIT.usage : EXIT.failed,
  }
}

/** By name: loading its class would load every schema, also for errors that never left this process. */
function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && error.name === 'ApiError'
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function causeOf(error: unknown): string | undefined {
  const cause: unknown = error instanceof Error ? error.cause : undefined
  return cause instanceof Error ? textOf(cause.message) : undefined
}
