import {
  AUDIT_OUTCOMES,
  type AuditEvent,
  type AuditOutcome,
  type AuditVerification,
  type RouteInput,
} from '@sallyport/api'
import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { EXIT } from '../exit-codes.ts'
import { repeatable, wholeNumber } from '../option-values.ts'
import { counted } from '../output/count.ts'
import { printable } from '../output/escape.ts'
import { parseMoment } from '../parse-moment.ts'
import type { Runner } from '../program.ts'
import { styled } from '../terminal.ts'

interface FilterFlags {
  readonly type?: string[]
  readonly outcome?: AuditOutcome[]
  readonly actor?: string[]
  readonly source?: string[]
  readonly session?: string[]
  readonly target?: string[]
  readonly text?: string
  readonly since?: string
  readonly until?: string
}

const TAIL_MAX = 1000
const TAIL_USUAL = 10
const PAGE_MAX = 1000
const PAGE_USUAL = 100
/** Widths of the columns of an event: a sequence up to a million, the longest of the usual types. */
const SEQUENCE_WIDTH = 6
const TYPE_WIDTH = 22

/** `sallyport audit …`: what happened. */
export function auditCommands(program: Command, run: Runner): void {
  const audit = program.command('audit').description('what happened: decisions, sessions, acts of administration')

  const tail = withFilters(audit.command('tail'))
    .description('print the last events; with --follow go on as they happen')
    .option('-n, --last <number>', 'so many past events', wholeNumber(0, TAIL_MAX), TAIL_USUAL)
    .option('-f, --follow', 'go on with new ones')
    .action(
      run(async (context, command) => {
        const { last, follow, ...flags } = command.opts<FilterFlags & { last: number; follow?: true }>()
        const events = context.daemon.stream(
          'audit.tail',
          { ...filters(flags), last, follow: follow === true },
          { signal: context.signal },
        )
        for await (const event of events) await context.printLine(event, () => renderEvent(event, context))
        return undefined
      }),
    )
  examples(
    tail,
    'sallyport audit tail --last 50',
    'sallyport audit tail --follow --type access-denied',
    'sallyport audit tail -f --json | jq .summary',
  )

  const search = withFilters(audit.command('search [text]'))
    .description('find events, newest first')
    .option('--limit <number>', 'so many at most', wholeNumber(1, PAGE_MAX), PAGE_USUAL)
    .action(
      run(async (context, command) => {
        const { limit, ...flags } = command.opts<FilterFlags & { limit: number }>()
        const [text] = command.args
        const page = await context.daemon.call(
          'audit.search',
          { ...filters({ ...flags, ...(text === undefined ? {} : { text }) }), limit },
          { signal: context.signal },
        )
        context.print(page.events, () => page.events.map((event) => `${renderEvent(event, context)}\n`).join(''))
        if (page.events.length === 0) context.note('nothing found')
        else if (page.next !== null) context.note('there is more: narrow the search, or raise --limit')
        return undefined
      }),
    )
  examples(
    search,
    'sallyport audit search db1 --since 2h',
    'sallyport audit search --outcome denied --outcome banned --actor alice --since 1d',
  )

  const verify = audit
    .command('verify [file]')
    .description('walk the chain and its signed checkpoints; with a file, an export, without the gateway')
    .addOption(
      repeatable('--public-key <key>', 'with a file: the checkpoints’ key, as `sallyport audit verify` prints it'),
    )
    .action(
      run(async (context, command) => {
        const [file] = command.args
        const { publicKey = [] } = command.opts<{ publicKey?: string[] }>()
        let result: AuditVerification
        if (file === undefined) {
          const { verifyLog } = await import('../verify-log.ts')
          result = await verifyLog(context)
        } else {
          const { verifyExport } = await import('../verify-export.ts') // only here is the verifier's code needed
          result = await verifyExport(file, publicKey, context.terminal)
        }
        context.print(result, () => renderVerification(result, context))
        return result.ok ? EXIT.ok : EXIT.problemsFound
      }),
    )
  examples(
    verify,
    'sallyport audit verify',
    'sallyport audit verify audit.ndjson --public-key "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE3wZ3+4oRS6rdo4mAlBhyjKl5uD+Ng+cUUQfMPm3IRe"',
  )

  const exported = audit
    .command('export')
    .description('print the log as the offline verifier reads it, a line each')
    .option('--from <sequence>', 'from this entry on', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .action(
      run(async (context, command) => {
        const { from } = command.opts<{ from?: number }>()
        // Exactly as it came: hashes and signatures cover the very bytes. Each line is JSON of printable ASCII.
        const lines = context.verbatimDaemon.stream('audit.export', from === undefined ? {} : { from }, {
          signal: context.signal,
        })
        for await (const { line } of lines) await context.writeLine(`${line}\n`)
        return undefined
      }),
    )
  examples(exported, 'sallyport audit export > audit.ndjson')
}

function renderVerification(result: AuditVerification, { terminal }: CommandContext): string {
  const { ok, entries, checkpoints, covered, problem } = result
  const key = `  key   ${printable(result.public_key)}\n`
  if (ok) {
    const reach = covered === null ? 'none covers it yet' : `they cover it up to entry ${covered}`
    const chain = `${counted(entries, 'entry', 'entries')} in one unbroken chain`
    return `${styled(terminal.stdout, 'green', '✓')} ${chain}, ${counted(checkpoints, 'checkpoint')}; ${reach}\n${key}`
  }
  const first = typeof problem?.sequence === 'number' ? `  (entry ${problem.sequence})` : ''
  const kind = problem === null ? '' : `  [${printable(problem.kind)}]`
  const said = printable(problem?.message ?? 'the log does not verify')
  return `${styled(terminal.stdout, 'red', '✗')} ${said}${first}${kind}\n${key}`
}

function withFilters(command: Command): Command {
  return command
    .addOption(repeatable('--type <type>', 'event type, or its beginning'))
    .addOption(repeatable('--outcome <outcome>', 'how it ended', AUDIT_OUTCOMES))
    .addOption(repeatable('--actor <user>', 'by or about this user'))
    .addOption(repeatable('--source <address>', 'from this address'))
    .addOption(repeatable('--session <session>', 'of this session'))
    .addOption(repeatable('--target <target>', 'to this target'))
    .option('--since <when>', 'from this time on: a span back (2h, 1d) or RFC 3339', (text) => parseMoment(text))
    .option('--until <when>', 'up to this time', (text) => parseMoment(text))
}

function filters({ since, until, ...same }: FilterFlags): RouteInput<'audit.search'> {
  return { ...same, ...(since === undefined ? {} : { from: since }), ...(until === undefined ? {} : { to: until }) }
}

function renderEvent(event: AuditEvent, context: CommandContext): string {
  const { stdout } = context.terminal
  const bad = /denied|refused|failed|ban-added|penalty/.test(event.type)
  const type = printable(event.type).padEnd(TYPE_WIDTH)
  const sequence = String(event.sequence).padStart(SEQUENCE_WIDTH)
  return `${styled(stdout, 'dim', printable(event.time))}  ${sequence}  ${bad ? styled(stdout, 'yellow', type) : type}  ${printable(event.summary)}`
}
