import type { Command } from 'commander'
import { examples } from '../../examples.ts'
import { EXIT } from '../../exit-codes.ts'
import { renderExplanation } from '../../output/policy-text.ts'
import { parseDestination } from '../../parse-destination.ts'
import type { Runner } from '../../program.ts'
import { readText } from '../../read-text.ts'

/** `policy explain`. */
export function policyExplainCommand(policy: Command, run: Runner): void {
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
}
