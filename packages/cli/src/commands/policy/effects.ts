import { ApiError, type PolicySimulation, type RouteInput } from '@sallyport/api'
import type { Command } from 'commander'
import type { CommandContext } from '../../command-context.ts'
import { CommandError } from '../../command-error.ts'
import { examples } from '../../examples.ts'
import { EXIT } from '../../exit-codes.ts'
import { wholeNumber } from '../../option-values.ts'
import { printable } from '../../output/escape.ts'
import { renderDiff, renderSimulation, renderWhoCan } from '../../output/policy-effects.ts'
import { parseDestination } from '../../parse-destination.ts'
import { parseMoment } from '../../parse-moment.ts'
import type { Runner } from '../../program.ts'
import { candidateOf } from './candidate.ts'
import { VERSION_MAX } from './version-max.ts'

const ROWS_MAX = 1000
const FLIPS_MAX = 500
const ROWS_USUAL = 100
/** Further back than any log is kept. */
const DAYS_MAX = 3650
const HOURS = 24
const EXIT_CODE = 'end with 1 where anything changes, as git does'

/** `policy who-can`, `policy diff`, `policy simulate`: what a policy does, rather than what it says. */
export function policyEffectCommands(policy: Command, run: Runner): void {
  whoCanCommand(policy, run)
  diffCommand(policy, run)
  simulateCommand(policy, run)
}

function whoCanCommand(policy: Command, run: Runner): void {
  const whoCan = policy
    .command('who-can <destination...>')
    .usage('[options] [ssh] [login@]<host>[:<port>] [port]')
    .description('list who may reach a destination, and by which rule')
    .option('--file <file>', 'ask this file instead of the policy in force')
    .option('--limit <number>', 'so many users at most', wholeNumber(1, ROWS_MAX), ROWS_USUAL)
    .option('--after <user>', 'only names after this one: the next page')
    .action(
      run(async (context, command) => {
        const { file, limit, after } = command.opts<{ file?: string; limit: number; after?: string }>()
        const answer = await context.daemon.call(
          'policy.who-can',
          {
            ...parseDestination(command.args),
            ...(await candidateOf(file, undefined, context.terminal)),
            limit,
            ...(after === undefined ? {} : { after }),
          },
          { signal: context.signal },
        )
        context.print(answer, () => renderWhoCan(answer, context.terminal))
        if (answer.next !== null) context.note(`there is more: --after ${printable(answer.next)}, or raise --limit`)
        return undefined
      }),
    )
  examples(
    whoCan,
    'sallyport policy who-can db1',
    'sallyport policy who-can db1:5432 --json=users',
    'sallyport policy who-can 10.0.0.7 5432 --file policy.hujson',
  )
}

function diffCommand(policy: Command, run: Runner): void {
  const diff = policy
    .command('diff [file]')
    .description('say who gains and who loses what; without a file, between the version in force and the one before')
    .option('--against <version>', 'compare with this version', wholeNumber(1, VERSION_MAX))
    .option('--candidate <version>', 'instead of a file: this version', wholeNumber(1, VERSION_MAX))
    .option('--limit <number>', 'so many changes at most', wholeNumber(1, ROWS_MAX), ROWS_USUAL)
    .option('--exit-code', EXIT_CODE)
    .action(
      run(async (context, command) => {
        const { against, candidate, limit, exitCode } = command.opts<{
          against?: number
          candidate?: number
          limit: number
          exitCode?: true
        }>()
        const found = await context.daemon.call(
          'policy.diff',
          {
            ...(await candidateOf(command.args[0], candidate, context.terminal)),
            ...(against === undefined ? {} : { against }),
            limit,
          },
          { signal: context.signal },
        )
        context.print(found, () => renderDiff(found))
        const differs = found.effects.length + found.other_sections.length > 0
        return exitCode === true && differs ? EXIT.failed : EXIT.ok
      }),
    )
  examples(
    diff,
    'sallyport policy diff policy.hujson',
    'sallyport policy diff policy.hujson --against 3',
    'sallyport policy diff --candidate 7 --against 5',
  )
}

function simulateCommand(policy: Command, run: Runner): void {
  const simulate = policy
    .command('simulate [file]')
    .description('ask a policy again what was decided of late, and list what it would decide otherwise')
    .option('--since <when>', 'decisions from this time on: a span back (2h, 30d) or RFC 3339', (text) =>
      parseMoment(text),
    )
    .option('--days <number>', 'decisions of so many days', wholeNumber(1, DAYS_MAX))
    .option('--candidate <version>', 'instead of a file: this version', wholeNumber(1, VERSION_MAX))
    .option('--limit <number>', 'so many lines at most', wholeNumber(1, FLIPS_MAX), ROWS_USUAL)
    .option('--exit-code', EXIT_CODE)
    .action(
      run(async (context, command) => {
        const { since, days, candidate, limit, exitCode } = command.opts<{
          since?: string
          days?: number
          candidate?: number
          limit: number
          exitCode?: true
        }>()
        if (since !== undefined && days !== undefined)
          throw new CommandError('usage.invalid', '--since and --days say the same', { fix: 'give one of them' })
        const from = since ?? (days === undefined ? undefined : parseMoment(`${days * HOURS}h`))
        const asked = await candidateOf(command.args[0], candidate, context.terminal)
        const result = await lastResult(context, { ...asked, limit, ...(from === undefined ? {} : { since: from }) })
        context.print(result, () => renderSimulation(result))
        return exitCode === true && result.flipped + result.asked > 0 ? EXIT.failed : EXIT.ok
      }),
    )
  examples(
    simulate,
    'sallyport policy simulate policy.hujson',
    'sallyport policy simulate policy.hujson --since 7d --exit-code',
  )
}

async function lastResult(context: CommandContext, input: RouteInput<'policy.simulate'>): Promise<PolicySimulation> {
  for await (const { result } of context.daemon.stream('policy.simulate', input, { signal: context.signal })) {
    if (result !== null) return result
  }
  throw new ApiError('daemon.protocol', 'the gateway stopped before it was done')
}
