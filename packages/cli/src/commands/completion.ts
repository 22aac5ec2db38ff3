import type { Command } from 'commander'
import { Argument } from 'commander'
import { CommandError } from '../command-error.ts'
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
        if (context.options.json !== undefined) {
          throw new CommandError('usage.invalid', 'a completion script is for a shell: there is no JSON of it', {
            fix: 'leave --json out; all commands and options as JSON: sallyport help --json',
          })
        }
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
      const { args } = command
      const state = valueIn(args, '--state')
      const server = valueIn(args, '--server')
      const local = args.slice(0, -1).includes('--local')
      // Names are those of the gateway that the line being typed is for.
      const asked =
        state === undefined && server === undefined && !local
          ? context
          : (await import('../connect-context.ts')).connectContext(
              { ...context.options, state, server, local },
              context.terminal,
              context.signal,
            )
      for (const word of await completions(program, command.args, asked)) context.terminal.stdout.write(`${word}\n`)
      return undefined
    }),
  )
}

/** The value behind an option in the words typed so far. */
function valueIn(words: readonly string[], option: string): string | undefined {
  const at = words.lastIndexOf(option)
  const separate = at === -1 || at >= words.length - 2 ? undefined : words[at + 1]
  return separate ?? words.findLast((word) => word.startsWith(`${option}=`))?.slice(option.length + 1)
}
