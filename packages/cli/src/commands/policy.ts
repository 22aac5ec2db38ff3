import type { Diagnostic, Explanation, PolicyReport, PolicyVersion } from '@sallyport/api'
import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import { EXIT } from '../exit-codes.ts'
import { printable } from '../output/escape.ts'
import { formatTime } from '../output/values.ts'
import { parseDestination } from '../parse-destination.ts'
import type { Runner } from '../program.ts'
import { readText } from '../read-text.ts'

/** `sallyport policy …`: who may reach what. */
export function policyCommands(program: Command, run: Runner): void {
  const policy = program.command('policy').description('Who may reach what')

  policy
    .command('show')
    .description('print the policy in force, or an earlier version')
    .option('--version <number>', 'this version', Number)
    .action(
      run(async (context, command) => {
        const { version } = command.opts<{ version?: number }>()
        const shown = await context.daemon.call('policy.show', version === undefined ? {} : { version }, {
          signal: context.signal,
        })
        context.note(
          `version ${shown.version}, applied ${formatTime(shown.applied_at)} by ${shown.applied_by}${shown.message === '' ? '' : `: ${printable(shown.message)}`}`,
        )
        context.print(shown, () => (shown.text.endsWith('\n') ? shown.text : `${shown.text}\n`))
        return undefined
      }),
    )

  policy
    .command('history')
    .description('list its versions, newest first')
    .option('--limit <number>', 'so many at most', Number, 20)
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

  for (const [verb, description] of [
    ['check', 'say whether a policy would be taken; without a file, the one in force'],
    ['test', 'run the tests a policy holds; without a file, the one in force'],
  ] as const) {
    policy
      .command(`${verb} [file]`)
      .description(description)
      .action(
        run(async (context, command) => {
          const [file] = command.args
          const text = file === undefined ? undefined : await readText(file, context.terminal)
          const report = await context.daemon.call('policy.check', text === undefined ? {} : { text }, {
            signal: context.signal,
          })
          context.print(report, () => renderReport(report, file ?? 'policy in force', verb))
          return report.ok ? EXIT.ok : EXIT.problemsFound
        }),
      )
  }

  policy
    .command('explain <user> <destination> [port]')
    .description('say what the policy decides, which line decided, and what would change it')
    .option('--file <file>', 'ask this file instead of the policy in force')
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport policy explain alice db1\n  sallyport policy explain alice@example.com 10.0.0.7 5432',
    )
    .action(
      run(async (context, command) => {
        const [user = '', destination = '', port] = command.args
        const { file } = command.opts<{ file?: string }>()
        const text = file === undefined ? {} : { text: await readText(file, context.terminal) }
        const explained = await context.daemon.call(
          'policy.explain',
          { user, ...parseDestination(port === undefined ? destination : `${destination}:${port}`), ...text },
          { signal: context.signal },
        )
        context.print(explained, () => renderExplanation(explained))
        return explained.verdict === 'allow' ? EXIT.ok : EXIT.denied
      }),
    )

  policy
    .command('apply <file>')
    .description('put a policy into force; with errors or failing tests it is refused and the old one stays')
    .option('-m, --message <text>', 'what changed and why', '')
    .option('--expect <version>', 'refuse where another version is in force by now', Number)
    .action(
      run(async (context, command) => {
        const [file = ''] = command.args
        const { message, expect } = command.opts<{ message: string; expect?: number }>()
        const text = await readText(file, context.terminal)
        const report = await context.daemon.call('policy.check', { text }, { signal: context.signal })
        if (!report.ok) return refuse(context, report, file)
        const applied = await context.daemon.call('policy.apply', {
          text,
          message,
          ...(expect === undefined ? {} : { expected_version: expect }),
        })
        context.print(applied, () =>
          applied.changed
            ? `version ${applied.version} is in force; ${report.tests} tests passed${applied.ended_passages === 0 ? '' : `; ${applied.ended_passages} passages it no longer allows were ended`}\n`
            : `nothing to do: version ${applied.version}, in force, is the same text\n`,
        )
        return undefined
      }),
    )
}

function refuse(context: CommandContext, report: PolicyReport, file: string): number {
  if (context.options.json === undefined) context.terminal.stderr.write(renderReport(report, file, 'check'))
  throw new CommandError('check.problems-found', 'the policy was not applied; the old one stays in force', {
    why: report.diagnostics.some(({ severity }) => severity === 'error') ? 'it has errors' : 'its tests fail',
    fix: `mend what stands above, then: sallyport policy check ${file}`,
  })
}

function renderReport(report: PolicyReport, file: string, verb: 'check' | 'test'): string {
  const lines = report.diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, file))
  for (const failure of report.failures) {
    lines.push(
      `${file}:${failure.line}: test failed: ${failure.source} -> ${failure.destination}: expected ${failure.expected}, got ${failure.got}`,
      `  ${failure.why}`,
    )
  }
  const passed = `${report.tests - report.failures.length} of ${report.tests} tests passed`
  if (verb === 'test' || report.failures.length > 0) lines.push(passed)
  if (report.ok && verb === 'check') lines.push(`${file}: no errors, ${passed}`)
  return lines.map((line) => `${printable(line)}\n`).join('')
}

function renderDiagnostic({ severity, code, message, line, column, suggestion }: Diagnostic, file: string): string {
  return `${file}:${line}:${column}: ${severity}: ${message}${suggestion === null ? '' : ` (did you mean “${suggestion}”?)`} [${code}]`
}

function renderExplanation(explained: Explanation): string {
  const lines = [
    `${explained.verdict}: ${explained.user} to ${explained.destination}   (policy version ${explained.policy_version})`,
  ]
  for (const row of explained.addresses) {
    const rule = row.rule === null ? 'no rule' : `${row.rule}${row.line === null ? '' : `, line ${row.line}`}`
    lines.push(
      `  ${row.address}: ${row.verdict} by ${rule}${row.code === null ? '' : `  [${row.code}]`}`,
      ...row.why.map((why) => `    ${why}`),
    )
  }
  if (explained.why !== '')
    lines.push(
      ...explained.why
        .trimEnd()
        .split('\n')
        .map((line) => `  why   ${line}`),
    )
  if (explained.fix !== null) lines.push(...explained.fix.split('\n').map((line) => `  fix   ${line}`))
  return lines.map((line) => `${printable(line)}\n`).join('')
}
