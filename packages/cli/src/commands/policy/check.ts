import type { Command } from 'commander'
import { examples } from '../../examples.ts'
import { EXIT } from '../../exit-codes.ts'
import { renderReport } from '../../output/policy-text.ts'
import type { Runner } from '../../program.ts'
import { readText } from '../../read-text.ts'

/** `policy check` and `policy test`: two names for the one question whether a text would be taken. */
export function policyCheckCommands(policy: Command, run: Runner): void {
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
}
