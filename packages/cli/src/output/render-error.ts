import { ApiError } from '@sallyport/api'
import { CommandError } from '../command-error.ts'
import { EXIT, type ExitCode, exitCodeFor } from '../exit-codes.ts'
import { styled, type Terminal } from '../terminal.ts'
import { printable } from './escape.ts'

interface ErrorFacts {
  readonly code: string | undefined
  readonly name: string
  readonly message: string
  readonly why: string | undefined
  readonly fix: string | undefined
  readonly requestId?: string | undefined
  readonly exit: ExitCode
}

/** Errors of the gateway's package and of others that carry the same fields, without importing them. */
interface Explained {
  readonly code?: unknown
  readonly reason?: unknown
  readonly why?: unknown
  readonly fix?: unknown
}

/** Prints an error on stderr, as text or as its JSON twin, and says which status to exit with. */
export function reportError(error: unknown, terminal: Terminal, json: boolean): ExitCode {
  const facts = factsOf(error)
  const { code, name, message, why, fix, requestId, exit } = facts
  if (json) {
    const body = {
      error: { code: code ?? null, name, message, why: why ?? null, fix: fix ?? null, request_id: requestId ?? null },
    }
    terminal.stderr.write(`${JSON.stringify(body)}\n`)
    return exit
  }
  const label = styled(terminal.stderr, ['red', 'bold'], 'error:')
  const tag = code === undefined ? '' : `  ${styled(terminal.stderr, 'dim', `[${code} ${name}]`)}`
  terminal.stderr.write(`${label} ${lines(message, '')}${tag}\n`)
  for (const [title, text] of [
    ['why', why],
    ['fix', fix],
  ] as const) {
    if (text !== undefined && text !== '')
      terminal.stderr.write(`  ${styled(terminal.stderr, 'dim', title)}   ${lines(text, '        ')}\n`)
  }
  return exit
}

function lines(text: string, indent: string): string {
  return text.trimEnd().split('\n').map(printable).join(`\n${indent}`)
}

function factsOf(error: unknown): ErrorFacts {
  if (error instanceof ApiError) {
    const { code, reason, message, why, fix, requestId } = error
    return { code, name: reason, message, why, fix, requestId, exit: exitCodeFor(error) }
  }
  if (error instanceof CommandError) {
    const { code, reason, message, why, fix, exit } = error
    return { code, name: reason, message, why, fix, exit }
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return {
      code: undefined,
      name: 'interrupted',
      message: 'interrupted',
      why: undefined,
      fix: undefined,
      exit: EXIT.interrupted,
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  const { code, reason, why, fix } = (error ?? {}) as Explained
  const name = typeof reason === 'string' ? reason : 'failed'
  return {
    code: typeof code === 'string' && /^SP\d{4}$/.test(code) ? code : undefined,
    name,
    message,
    why: typeof why === 'string' ? why : undefined,
    fix: typeof fix === 'string' ? fix : undefined,
    exit: name.startsWith('config.') ? EXIT.usage : EXIT.failed,
  }
}
