import type { Command } from 'commander'
import type { CommandContext } from './command-context.ts'

/** Completion must not make a shell wait; without an answer by then there are no names. */
const NAMES_DEADLINE_MS = 500

/** Names that stand where an argument of this name is expected. */
const NAMES: Readonly<Record<string, (context: CommandContext) => Promise<string[]>>> = {
  user: async ({ daemon }) => (await daemon.call('user.list')).users.map(({ name }) => name),
  target: async ({ daemon }) => (await daemon.call('target.list')).targets.map(({ name }) => name),
  destination: async ({ daemon }) => (await daemon.call('target.list')).targets.map(({ name }) => name),
  session: async ({ daemon }) => (await daemon.call('session.list')).sessions.map(({ id }) => id),
  key: async ({ daemon }) => (await daemon.call('key.list')).keys.map(({ id }) => id),
}

/** What may stand for the last of the words typed so far (the command's own name not among them). */
export async function completions(
  program: Command,
  words: readonly string[],
  context: CommandContext,
): Promise<string[]> {
  const typed = words.at(-1) ?? ''
  let command = program
  let position = 0
  for (const word of words.slice(0, -1)) {
    const child = command.commands.find((candidate) => candidate.name() === word || candidate.aliases().includes(word))
    if (child !== undefined) command = child
    else if (!word.startsWith('-')) position++
  }
  const candidates = typed.startsWith('-')
    ? [...command.options, ...program.options].map(({ long }) => long ?? '').filter(Boolean)
    : [...subcommands(command), ...(await names(command, position, context))]
  return candidates.filter((candidate) => candidate.startsWith(typed)).sort()
}

function subcommands(command: Command): string[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((child) => child.name())
}

async function names(command: Command, position: number, context: CommandContext): Promise<string[]> {
  const argument = command.registeredArguments[position]
  if (argument === undefined) return []
  if (argument.argChoices !== undefined) return argument.argChoices
  const find = NAMES[argument.name()]
  if (find === undefined) return []
  const late = new Promise<string[]>((resolve) => setTimeout(resolve, NAMES_DEADLINE_MS, []).unref())
  return Promise.race([find(context).catch(() => []), late])
}
