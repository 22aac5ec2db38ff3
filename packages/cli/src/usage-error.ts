import type { Command, CommanderError } from 'commander'
import { CommandError } from './command-error.ts'
import { findCommand } from './find-command.ts'

/** What commander says of a wrong command line (`error: unknown command 'usr'\n(Did you mean user?)`), in our form. */
export function usageError(error: CommanderError, program: Command, argv: readonly string[]): CommandError {
  if (error.code === 'commander.help') {
    const command = pathOf(findCommand(program, argv).command)
    return new CommandError('usage.invalid', `${command} does nothing by itself`, { fix: `see: ${command} --help` })
  }
  const [said = '', suggestion] = error.message.replace(/^error: /, '').split('\n')
  const [, what = said, hint] = /^(.* is invalid(?: for argument '[^']*')?)\. (.*)$/.exec(said) ?? []
  const fix =
    hint ?? suggestion?.replace(/^\((.*)\)$/, '$1') ?? `see: ${pathOf(findCommand(program, argv).command)} --help`
  return new CommandError('usage.invalid', what.replace(/\.$/, ''), { fix: lowerFirst(fix.replace(/\.$/, '')) })
}

/** `sallyport user add`. */
export function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}
