import type { ApiError, PolicyReport, PolicyVersion } from '@sallyport/api'
import type { Command } from 'commander'
import { Argument } from 'commander'
import { CommandError } from '../command-error.ts'
import { examples } from '../examples.ts'
import { EXIT } from '../exit-codes.ts'
import { wholeNumber } from '../option-values.ts'
import { counted } from '../output/count.ts'
import { printable, printableLines } from '../output/escape.ts'
import { refusalOf, renderExplanation, renderReport } from '../output/policy-text.ts'
import { formatTime } from '../output/values.ts'
import { parseDestination } from '../parse-destination.ts'
import type { Runner } from '../program.ts'
import { readText } from '../read-text.ts'

const VERSION_MAX = 2 ** 31
const HISTORY_MAX = 1000
const HISTORY_USUAL = 20

/** `sallyport policy …`: who may reach what. */
export function policyCommands(program: Command, run: Runner): void {
  const policy = program.command('policy').description('who may reach what')

  const show = policy
    .command('show')
    .description('print the policy in force, or an earlier version')
    .addArgument(new Argument('[version]', 'its number').argParser(wholeNumber(1, VERSION_MAX)))
    .action(
      run(async (context, command) => {
        const [version] = command.processedArgs as [number | undefined]
        const shown = await context.verbatimDaemon.call('policy.show', version === undefined ? {} : { version }, {
          signal: context.signal,
        })
        const said = shown.message === '' ? '' : `: ${printable(shown.message)}`
        if (context.options.json === undefined)
          context.note(
            `version ${shown.version}, applied ${formatTime(shown.applied_at)} by ${printable(shown.applied_by)}${said}`,
          )
        const text = shown.text.endsWith('\n') ? shown.text : `${shown.text}\n`
        // A terminal must not obey what stands in the text; a file gets it byte for byte.
        context.print(shown, () => (context.terminal.stdout.isTTY === true ? printableLines(text) : text))
        return undefined
      }),
    )
  examples(show, 'sallyport policy show > policy.hujson', 'sallyport policy show 3')

  const history = policy
    .command('history')
    .description('list its versions, newest first')
    .option('--limit <number>', 'so many at most', wholeNumber(1, HISTORY_MAX), HISTORY_USUAL)
    .action(
      run(async (context, command) => {
        const { limit } = command.opts<{ limit: number }>()
        const { versions } = await context.daemon.call('policy.history', { limit }, { signal: context.signal })
        context.printList(
          versions,
          [
            { title: 'VERSION', value: (row: PolicyVersion) => String(row.version), alignRight: true },
            { title: 'APPLIED', value: (row) => formatTime(row.applied_at) },
            { title: 'BY', value: (row) => row.applied_by },
            { title: 'MESSAGE', value: (row) => row.message },
          ],
          'no version yet',
        )
        return undefined
      }),
    )
  examples(history, 'sallyport policy history --limit 5')

  for (const [verb, description] of [
    ['check', 'say whether a policy would be taken; without a file, the one in force'],
    ['test', 'run the tests a policy holds; without a file, those of the one in force'],
  ] as const) {
    const check = policy
      .command(`${verb} [file]`)
      .description(description)
      .action(
        run(async (context, command) => {
          const [file] = command.args
          const text = file === undefined ? undefined : await readText(file, context.terminal)
          const report = await context.daemon.call('policy.check', text === undefined ? {} : { text }, {
            signal: context.signal,
          })
          context.print(report, () => renderReport(report, file ?? 'policy in force'))
          return report.ok ? EXIT.ok : EXIT.problemsFound
        }),
      )
    examples(check, `sallyport policy ${verb} policy.hujson`)
  }

  const explain = policy
    .command('explain <user> <destination...>')
    .usage('[options] <user> [ssh] [login@]<host>[:<port>] [port]')
    .description('say what the policy decides, which line decided, and what would change it')
    .option('--file <file>', 'ask this file instead of the policy in force')
    .action(
      run(async (context, command) => {
        const [user = '', ...destination] = command.args
        const { file } = command.opts<{ file?: string }>()
        const text = file === undefined ? {} : { text: await readText(file, context.terminal) }
        const explained = await context.verbatimDaemon.call(
          'policy.explain',
          { user, ...parseDestination(destination), ...text },
          { signal: context.signal },
        )
        context.print(explained, () => renderExplanation(explained))
        return explained.verdict === 'allow' ? EXIT.ok : EXIT.denied
      }),
    )
  examples(
    explain,
    'sallyport policy explain alice db1',
    'sallyport policy explain alice ssh root@db1',
    'sallyport policy explain alice@example.com 10.0.0.7 5432 --file policy.hujson',
  )

  const apply = policy
    .command('apply <file>')
    .description('put a policy into force; with errors or failing tests it is refused and the old one stays')
    .option('-m, --message <text>', 'what changed and why', '')
    .option('--expect <version>', 'refuse where another version is in force by now', wholeNumber(1, VERSION_MAX))
    .action(
      run(async (context, command) => {
        const [file = ''] = command.args
        const { message, expect } = command.opts<{ message: string; expect?: number }>()
        const text = await readText(file, context.terminal)
        const applied = await context.daemon
          .call('policy.apply', { text, message, ...(expect === undefined ? {} : { expected_version: expect }) })
          .catch((error: unknown) => {
            const report = reportIn(error)
            if (report === undefined) throw error
            if (context.options.json === undefined) context.terminal.stderr.write(renderReport(report, file))
            throw new CommandError('check.problems-found', 'the policy was not applied; the old one stays in force', {
              why: refusalOf(report),
              fix: `mend what stands above, then: sallyport policy check ${file}`,
              details: report,
              cause: error,
            })
          })
        const ended = applied.ended_passages
        context.print(applied, () =>
          applied.changed
            ? `version ${applied.version} is in force${ended === 0 ? '' : `; ${counted(ended, 'connection')} it no longer allows ${ended === 1 ? 'was' : 'were'} ended`}\n`
            : `nothing to do: version ${applied.version}, in force, is the same text\n`,
        )
        return undefined
      }),
    )
  examples(
    apply,
    'sallyport policy apply policy.hujson --message "alice may reach web1"',
    'sallyport policy apply policy.hujson --expect 7',
  )
}

/** What the daemon found wrong with a policy, in the error with which it refused. */
function reportIn(error: unknown): PolicyReport | undefined {
  const { reason, details } = error as Partial<ApiError>
  if (reason !== 'policy.invalid' && reason !== 'policy.tests-failed') return undefined
  return typeof details === 'object' && details !== null && 'diagnostics' in details
    ? (details as PolicyReport)
    : undefined
}
