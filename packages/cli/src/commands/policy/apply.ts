import type { ApiError, PolicyApplied, PolicyReport } from '@sallyport/api'
import { Argument, type Command } from 'commander'
import type { CommandContext } from '../../command-context.ts'
import { CommandError } from '../../command-error.ts'
import { confirmed } from '../../confirm.ts'
import { examples } from '../../examples.ts'
import { wholeNumber } from '../../option-values.ts'
import { counted } from '../../output/count.ts'
import { printable } from '../../output/escape.ts'
import { renderDiff } from '../../output/policy-effects.ts'
import { refusalOf, renderReport } from '../../output/policy-text.ts'
import type { Runner } from '../../program.ts'
import { readText } from '../../read-text.ts'
import { VERSION_MAX } from './version-max.ts'

interface ApplyFlags {
  readonly message: string
  readonly expect?: number
  readonly allowLockout?: true
}

/** Changes shown before a policy is applied: what fits on a screen. */
const SHOWN_MAX = 40

/** `policy apply` and `policy rollback`. */
export function policyApplyCommands(policy: Command, run: Runner): void {
  const apply = withFlags(policy.command('apply <file>'))
    .description(
      'put a policy into force; with errors, failing tests or a lock-out it is refused and the old one stays',
    )
    .action(
      run(async (context, command) => {
        const [file = ''] = command.args
        const flags = command.opts<ApplyFlags>()
        const text = await readText(file, context.terminal)
        const shown = await showEffects(context, { text }, flags)
        const applied = await context.daemon
          .call('policy.apply', { text, ...inputOf(flags, shown) }, { signal: context.signal })
          .catch((error: unknown) => refused(error, context, file))
        context.print(applied, () => renderApplied(applied))
        return undefined
      }),
    )
  examples(
    apply,
    'sallyport policy apply policy.hujson --message "alice may reach web1"',
    'sallyport policy apply policy.hujson --expect 7',
    'sallyport policy apply policy.hujson --yes --json',
  )

  const rollback = withFlags(policy.command('rollback'))
    .description('put an earlier version into force again, as a new one; without a number, the one before')
    .addArgument(new Argument('[version]', 'its number').argParser(wholeNumber(1, VERSION_MAX)))
    .option('--to <version>', 'the same', wholeNumber(1, VERSION_MAX))
    .action(
      run(async (context, command) => {
        const [given] = command.processedArgs as [number | undefined]
        const { to, ...flags } = command.opts<ApplyFlags & { to?: number }>()
        if (given !== undefined && to !== undefined)
          throw new CommandError('usage.invalid', 'two versions are given', { fix: 'name one of them' })
        const version = given ?? to ?? (await versionBefore(context))
        const shown = await showEffects(context, { version }, flags)
        const applied = await context.daemon
          .call('policy.rollback', { version, ...inputOf(flags, shown) }, { signal: context.signal })
          .catch((error: unknown) => refused(error, context, `version ${version}`))
        context.print(applied, () => renderApplied(applied))
        return undefined
      }),
    )
  examples(rollback, 'sallyport policy rollback', 'sallyport policy rollback 7 --message "the old groups were right"')
}

function withFlags(command: Command): Command {
  return command
    .option('-m, --message <text>', 'what changed and why', '')
    .option('--expect <version>', 'refuse where another version is in force by now', wholeNumber(1, VERSION_MAX))
    .option('--allow-lockout', 'take it even where its author, or every administrator, would reach nothing any more')
}

function inputOf({ message, expect, allowLockout }: ApplyFlags, shown: number | undefined) {
  // What was shown is what happens: where another version came in between, nothing does.
  const expected = expect ?? shown
  return {
    message,
    allow_lockout: allowLockout === true,
    ...(expected === undefined ? {} : { expected_version: expected }),
  }
}

/**
 * Shows what a policy would do, and at a terminal asks whether to go on; so it does where that cannot be found out. Gives the
 * version in force that it replaces; undefined where nothing was shown, because nobody would read it or it is not taken.
 */
async function showEffects(
  context: CommandContext,
  candidate: { readonly text: string } | { readonly version: number },
  { expect }: ApplyFlags,
): Promise<number | undefined> {
  const { options, terminal } = context
  if (options.yes || options.json !== undefined || options.quiet) return undefined
  // A policy that is not taken does nothing.
  if ('text' in candidate && !(await context.daemon.call('policy.check', candidate, { signal: context.signal })).ok)
    return undefined
  const current = expect ?? (await context.daemon.call('policy.history', { limit: 1 })).versions[0]?.version
  let unknown: string | undefined
  const diff = await context.daemon
    .call(
      'policy.diff',
      { ...candidate, ...(current === undefined ? {} : { against: current }), limit: SHOWN_MAX },
      { signal: context.signal },
    )
    .catch((error: unknown) => {
      context.signal.throwIfAborted()
      // What is wrong with it is told by the refusal to apply it.
      const { reason } = error as Partial<ApiError>
      if (reason === 'policy.version-unknown' || reason === 'policy.invalid') return undefined
      unknown = printable((error as Error).message)
      return undefined
    })
  if (unknown !== undefined) {
    context.note(`what it changes is not known: ${unknown}`)
    await confirmed(context, 'Put it into force without having seen what it changes?')
    return current
  }
  if (diff === undefined) return undefined
  if (diff.same_text) return diff.against
  terminal.stderr.write(renderDiff(diff))
  if (diff.effects.length + diff.other_sections.length > 0) await confirmed(context, 'Put it into force?')
  return diff.against
}

async function versionBefore(context: CommandContext): Promise<number> {
  const { versions } = await context.daemon.call('policy.history', { limit: 2 })
  const before = versions[1]
  if (before === undefined) throw new CommandError('usage.invalid', 'there is no version before the first')
  return before.version
}

function renderApplied({ changed, version, ended_passages: ended, locked_out: lockedOut }: PolicyApplied): string {
  if (!changed) return `nothing to do: version ${version}, in force, is the same text\n`
  const passages =
    ended === 0 ? '' : `; ${counted(ended, 'connection')} it no longer allows ${ended === 1 ? 'was' : 'were'} ended`
  const lockout = lockedOut.length === 0 ? '' : `; nothing is left to reach for ${lockedOut.join(', ')}`
  return `version ${version} is in force${passages}${lockout}\n`
}

/** Tells why the daemon took it not. */
function refused(error: unknown, { options, terminal }: CommandContext, file: string): never {
  const report = reportIn(error)
  if (report === undefined) throw error
  if (options.json === undefined) terminal.stderr.write(renderReport(report, file))
  throw new CommandError('check.problems-found', 'the policy was not applied; the old one stays in force', {
    why: refusalOf(report),
    fix: `mend what stands above, then: sallyport policy check ${file}`,
    details: report,
    cause: error,
  })
}

/** What the daemon found wrong with a policy, in the error with which it refused. */
function reportIn(error: unknown): PolicyReport | undefined {
  const { reason, details } = error as Partial<ApiError>
  if (reason !== 'policy.invalid' && reason !== 'policy.tests-failed') return undefined
  return typeof details === 'object' && details !== null && 'diagnostics' in details
    ? (details as PolicyReport)
    : undefined
}
