import type { Argument, Command, Option } from 'commander'
import type { CommandContext } from './command-context.ts'
import { findCommand } from './find-command.ts'

/** Completion must not make a shell wait, in milliseconds; without an answer by then there are no names. */
const NAMES_DEADLINE_MS = 500

/** Names that stand where an argument or an option's value is called so. */
const NAMES: Readonly<Record<string, (context: CommandContext) => Promise<string[]>>> = {
  user: async ({ daemon }) => (await daemon.call('user.list')).users.map(({ name }) => name),
  target: async ({ daemon }) => (await daemon.call('target.list')).targets.map(({ name }) => name),
  destination: async ({ daemon }) => (await daemon.call('target.list')).targets.map(({ name }) => name),
  tag: async ({ daemon }) => (await daemon.call('target.list')).targets.flatMap(({ tags }) => tags),
  session: async ({ daemon }) => (await daemon.call('session.list')).sessions.map(({ id }) => id),
  key: async ({ daemon }) => (await daemon.call('key.list')).keys.map(({ fingerprint }) => fingerprint),
  serial: async ({ daemon }) =>
    (await daemon.call('certificate.list', {})).certificates.map((each) => `${each.serial}`),
  authority: async ({ daemon }) => (await daemon.call('ca.list')).authorities.map(({ id }) => id),
  token: async ({ daemon }) => (await daemon.call('me.show')).tokens.map(({ id }) => id),
  proof: async ({ daemon }) => ['totp', ...(await daemon.call('me.show')).passkeys.map(({ id }) => id)],
  ban: async ({ daemon }) => (await daemon.call('ban.list')).bans.map(({ source }) => source),
}

/**
 * What may stand for the last of the words typed so far (the command's own name not among them). Nothing means that the
 * shell should offer files.
 */
export async function completions(
  program: Command,
  words: readonly string[],
  context: CommandContext,
): Promise<string[]> {
  const typed = words.at(-1) ?? ''
  const { command, argumentsGiven, awaiting } = findCommand(program, words.slice(0, -1))
  const equals = typed.startsWith('--') ? typed.indexOf('=') : -1
  let candidates: string[]
  if (awaiting !== undefined) candidates = await valuesOf(awaiting, context)
  else if (equals !== -1) {
    const flag = typed.slice(0, equals)
    const option = optionsOf(command, program).find(({ long }) => long === flag)
    const values = option === undefined ? [] : await valuesOf(option, context)
    candidates = values.map((value) => `${flag}=${value}`)
  } else if (typed.startsWith('-')) {
    candidates = optionsOf(command, program).flatMap(({ long }) => (long === undefined ? [] : [long]))
  } else {
    const subcommands = argumentsGiven === 0 ? visibleCommands(command) : []
    candidates = [...subcommands, ...(await argumentValues(command, argumentsGiven, context))]
  }
  return [...new Set(candidates)].filter((candidate) => candidate.startsWith(typed)).sort()
}

function optionsOf(command: Command, program: Command): Option[] {
  const help = command.createHelp()
  return [...help.visibleOptions(command), ...(command === program ? [] : help.visibleOptions(program))]
}

function visibleCommands(command: Command): string[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((child) => child.name())
}

function argumentValues(command: Command, position: number, context: CommandContext): Promise<string[]> {
  const last = command.registeredArguments.at(-1)
  const argument: Argument | undefined =
    command.registeredArguments[position] ?? (last?.variadic === true ? last : undefined)
  if (argument === undefined) return Promise.resolve([])
  return argument.argChoices === undefined ? names(argument.name(), context) : Promise.resolve(argument.argChoices)
}

function valuesOf(option: Option, context: CommandContext): Promise<string[]> {
  if (option.argChoices !== undefined) return Promise.resolve(option.argChoices)
  return names(/[<[]=?([^>\]]+)[>\]]/.exec(option.flags)?.[1] ?? '', context)
}

async function names(kind: string, context: CommandContext): Promise<string[]> {
  const find = Object.hasOwn(NAMES, kind) ? NAMES[kind] : undefined
  if (find === undefined) return []
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string[]>((resolve) => {
    timer = setTimeout(resolve, NAMES_DEADLINE_MS, [])
  })
  try {
    return await Promise.race([find(context).catch(() => []), late])
  } finally {
    clearTimeout(timer)
  }
}
