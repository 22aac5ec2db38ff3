import type { ApiError, PolicyReport } from '@sallyport/api'
import type { Command } from 'commander'
import { CommandError } from '../../command-error.ts'
import { examples } from '../../examples.ts'
import { wholeNumber } from '../../option-values.ts'
import { counted } from '../../output/count.ts'
import { refusalOf, renderReport } from '../../output/policy-text.ts'
import type { Runner } from '../../program.ts'
import { readText } from '../../read-text.ts'
import { VERSION_MAX } from './version-max.ts'

/** `policy apply`. */
export function policyApplyCommand(policy: Command, run: Runner): void {
  const apply = policy
    .command('apply <file>')
    .description('put a policy into force; with errors or failing tests it is refused and the old one stays')
    .option('-m, --message <text>', 'what changed and why', '')
    .option('--expect <version>', 'refuse where another version is in force by now', wholeNumber(1, VERSION_MAX))
    .option('--allow-lockout', 'take it even where its author, or every administrator, would reach nothing any more')
    .action(
      run(async (context, command) => {
        const [file = ''] = command.args
        const { message, expect, allowLockout } = command.opts<{
          message: string
          expect?: number
          allowLockout?: true
        }>()
        const text = await readText(file, context.terminal)
        const applied = await context.daemon
          .call('policy.apply', {
            text,
            message,
            allow_lockout: allowLockout === true,
            ...(expect === undefined ? {} : { expected_version: expect }),
          })
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
