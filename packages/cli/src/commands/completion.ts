import type { Command } from 'commander'
import { Argument } from 'commander'
import { completionScript, SHELLS, type Shell } from '../completion-script.ts'
import { completions } from '../completions.ts'
import { examples } from '../examples.ts'
import type { Runner } from '../program.ts'

/** `sallyport completion SHELL`, and the hidden command that the printed script asks. */
export function completionCommands(program: Command, run: Runner): void {
  const completion = program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action(
      run(async (context, command) => {
        context.terminal.stdout.write(completionScript(command.args[0] as Shell))
        return undefined
      }),
    )
  examples(
    completion,
    'source <(sallyport completion bash)',
    'sallyport completion zsh > "${fpath[1]}/_sallyport"',
    'sallyport completion fish > ~/.config/fish/completions/sallyport.fish',
  )

  program.command('__complete [words...]', { hidden: true }).action(
    run(async (context, command) => {
      for (const word of await completions(program, command.args, context)) context.terminal.stdout.write(`${word}\n`)
      return undefined
    }),
  )
}
