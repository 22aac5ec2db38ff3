import type { Argument, Command, Option } from 'commander'
import { examplesOf } from './examples.ts'
import { pathOf } from './usage-error.ts'

/** What `help --json` tells of a command: what people read, for programs that make menus, references or completions of it. */
export interface DescribedCommand {
  /** `sallyport user add`. */
  readonly name: string
  readonly aliases: readonly string[]
  readonly description: string
  readonly usage: string
  readonly arguments: readonly {
    readonly name: string
    readonly description: string
    readonly required: boolean
    readonly variadic: boolean
    readonly choices: readonly string[] | null
  }[]
  /** Its own; those of `sallyport` go with every command. */
  readonly options: readonly {
    readonly flags: string
    readonly description: string
    readonly default: unknown
    readonly choices: readonly string[] | null
  }[]
  readonly examples: readonly string[]
  readonly commands: readonly DescribedCommand[]
}

/** A command with all below it; what help does not show to people is left out. */
export function describedCommand(command: Command): DescribedCommand {
  const help = command.createHelp()
  return {
    name: pathOf(command),
    aliases: command.aliases(),
    description: command.description(),
    usage: help.commandUsage(command),
    arguments: command.registeredArguments.map((each: Argument) => ({
      name: each.name(),
      description: each.description,
      required: each.required,
      variadic: each.variadic,
      choices: each.argChoices ?? null,
    })),
    options: help.visibleOptions(command).map((each: Option) => ({
      flags: each.flags,
      description: each.description,
      default: (each.defaultValue as unknown) ?? null,
      choices: each.argChoices ?? null,
    })),
    examples: examplesOf(command),
    commands: help.visibleCommands(command).map(describedCommand),
  }
}
