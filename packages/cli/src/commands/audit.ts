import type { AuditEvent, AuditVerification } from '@sallyport/api'
import type { Command } from 'commander'
import { Option } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { EXIT } from '../exit-codes.ts'
import { printable } from '../output/escape.ts'
import { parseMoment } from '../parse-moment.ts'
import type { Runner } from '../program.ts'
import { styled } from '../terminal.ts'

interface FilterFlags {
  readonly type?: string
  readonly actor?: string
  readonly source?: string
  readonly session?: string
  readonly target?: string
  readonly text?: string
  readonly since?: string
  readonly until?: string
}

/** `sallyport audit …`: what happened. */
export function auditCommands(program: Command, run: Runner): void {
  const audit = program.command('audit').description('What happened: every decision, session and act of administration')

  withFilters(audit.command('tail'))
    .description('print the last events; with -f go on as they happen')
    .option('-n, --last <number>', 'so many past events', Number, 10)
    .option('-f, --follow', 'go on with new ones', false)
    .action(
      run(async (context, command) => {
        const { last, follow, ...flags } = command.opts<FilterFlags & { last: number; follow: boolean }>()
        const events = context.daemon.stream(
          'audit.tail',
          { ...filters(flags), last, follow },
          { signal: context.signal },
        )
        for await (const event of events) context.printLine(event, () => renderEvent(event, context))
        return undefined
      }),
    )

  withFilters(audit.command('search [text]'))
    .description('find events, newest first')
    .option('--limit <number>', 'so many at most', Number, 100)
    .addHelpText('after', '\nExample:\n  sallyport audit search --type access-denied --actor alice --since 1d')
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
        else if (page.next !== null) context.note(`there is more; narrow it, or raise --limit`)
        return undefined
      }),
    )

  audit
    .command('verify [file]')
    .description('walk the chain and its signed checkpoints; with a file, an export, without the gateway')
    .option('--public-key <key>', 'with a file: the checkpoints’ key, as `sallyport audit verify` prints it')
    .action(
      run(async (context, command) => {
        const [file] = command.args
        const { publicKey } = command.opts<{ publicKey?: string }>()
        const { verifyExport } = await import('../verify-export.ts') // only here is the verifier's code needed
        const result =
          file === undefined
            ? await context.daemon.call('audit.verify', {}, { signal: context.signal })
            : await verifyExport(file, publicKey, context.terminal)
        context.print(result, () => renderVerification(result, context))
        return result.ok ? EXIT.ok : EXIT.problemsFound
      }),
    )

  audit
    .command('export')
    .description('print the log as the offline verifier reads it, a line each')
    .option('--from <sequence>', 'from this entry', Number)
    .action(
      run(async (context, command) => {
        const { from } = command.opts<{ from?: number }>()
        const lines = context.daemon.stream('audit.export', from === undefined ? {} : { from }, {
          signal: context.signal,
        })
        for await (const { line } of lines) {
          if (!context.terminal.stdout.write(`${line}\n`)) await drained(context.terminal.stdout)
        }
        return undefined
      }),
    )
}

function renderVerification(result: AuditVerification, { terminal }: CommandContext): string {
  const { ok, entries, checkpoints, covered, problem } = result
  const key = `  key   ${result.public_key}\n`
  if (ok) {
    const reach = covered === null ? 'no checkpoint covers it yet' : `checkpoints cover it up to entry ${covered}`
    return `${styled(terminal.stdout, 'green', '✓')} ${entries} entries in one unbroken chain, ${checkpoints} checkpoints; ${reach}\n${key}`
  }
  const first = typeof problem?.sequence === 'number' ? ` (first bad entry: ${problem.sequence})` : ''
  return `${styled(terminal.stdout, 'red', '✗')} ${printable(problem?.message ?? 'the log does not verify')}${first}\n${key}`
}

function withFilters(command: Command): Command {
  return command
    .option('--type <type>', 'event type, or its beginning')
    .option('--actor <user>', 'by or about this user')
    .option('--source <address>', 'from this address')
    .option('--session <id>', 'of this session')
    .option('--target <name>', 'to this target')
    .addOption(
      new Option('--since <when>', 'from this time on: a span back (2h, 1d) or RFC 3339').argParser(parseMoment),
    )
    .addOption(new Option('--until <when>', 'up to this time').argParser(parseMoment))
}

function filters({ since, until, ...same }: FilterFlags): Record<string, string> {
  return { ...same, ...(since === undefined ? {} : { from: since }), ...(until === undefined ? {} : { to: until }) }
}

function renderEvent(event: AuditEvent, context: CommandContext): string {
  const time = styled(context.terminal.stdout, 'dim', event.time)
  const bad = /denied|refused|failed|ban-added/.test(event.type)
  const type = bad ? styled(context.terminal.stdout, 'yellow', event.type.padEnd(24)) : event.type.padEnd(24)
  return `${time}  ${String(event.sequence).padStart(6)}  ${type}  ${printable(event.summary)}`
}

function drained(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => stream.once('drain', resolve))
}
