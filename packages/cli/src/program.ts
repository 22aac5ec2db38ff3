import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { type ApiClient, createClient, stateDirectory } from '@sallyport/api'
import { CONTROL_SOCKET, unixTransport } from '@sallyport/api/unix'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { CommandContext, type GlobalOptions } from './command-context.ts'
import { auditCommands } from './commands/audit.ts'
import { banCommands } from './commands/ban.ts'
import { completionCommands } from './commands/completion.ts'
import { configCommands } from './commands/config.ts'
import { daemonCommands } from './commands/daemon.ts'
import { doctorCommand } from './commands/doctor.ts'
import { helpTopics } from './commands/help-topics.ts'
import { keyCommands } from './commands/key.ts'
import { policyCommands } from './commands/policy.ts'
import { sessionCommands } from './commands/session.ts'
import { sshConfigCommand } from './commands/ssh-config.ts'
import { targetCommands } from './commands/target.ts'
import { userCommands } from './commands/user.ts'
import { withDeadline } from './deadline.ts'
import type { JsonFields } from './output/json.ts'
import type { Terminal } from './terminal.ts'
import { VERSION } from './version.ts'

/** Runs a command's work with its context; what it returns, if anything, is the exit status. */
export type Work = (context: CommandContext, command: Command) => Promise<number | undefined>
/** Makes the action of a command from its work. */
export type Runner = (work: Work) => (...parameters: unknown[]) => Promise<void>

const DEFAULT_TIMEOUT_S = 30

/** The whole command tree. `finished` is told the exit status of the command that ran. */
export function buildProgram(terminal: Terminal, signal: AbortSignal, finished: (status: number) => void): Command {
  const program = new Command('sallyport')
    .description('Sallyport: an access gateway that knows who you are, asks the policy, and writes down what happened')
    .version(VERSION, '-V, --version', 'print the version')
    .addOption(new Option('--state <dir>', 'state directory of the gateway').env('SALLYPORT_STATE'))
    .option('--json [fields]', 'print JSON; --json=id,name prints only these fields', jsonFields)
    .option('-q, --quiet', 'say nothing but data and errors', false)
    .option('-y, --yes', 'do what would be asked about', false)
    .option('--no-input', 'never ask; fail where a question would be needed')
    .option('--timeout <seconds>', 'how long to wait for the gateway to answer', seconds, DEFAULT_TIMEOUT_S)
    .configureHelp({ showGlobalOptions: false, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: () => {}, // main prints it in our form
    })
    .showSuggestionAfterError(true)
    .exitOverride()

  const run: Runner =
    (work) =>
    async (...parameters) => {
      const command = parameters.at(-1) as Command
      const context = contextOf(command, terminal, signal)
      finished((await work(context, command)) ?? 0)
    }

  daemonCommands(program, run)
  userCommands(program, run)
  keyCommands(program, run)
  targetCommands(program, run)
  policyCommands(program, run)
  sessionCommands(program, run)
  banCommands(program, run)
  auditCommands(program, run)
  doctorCommand(program, run)
  configCommands(program, run)
  sshConfigCommand(program, run)
  completionCommands(program, run)
  helpTopics(program)
  inherit(program)
  return program
}

/** Settings that commander does not hand down to commands made by `command()` before they were set. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command)
    inherit(child)
  }
}

function contextOf(command: Command, terminal: Terminal, signal: AbortSignal): CommandContext {
  const flags = command.optsWithGlobals<{
    state?: string
    json?: JsonFields | true
    quiet: boolean
    yes: boolean
    input: boolean
    timeout: number
  }>()
  const options: GlobalOptions = {
    state: flags.state,
    json: flags.json === true ? 'all' : flags.json,
    quiet: flags.quiet,
    yes: flags.yes,
    input: flags.input,
    timeoutMs: flags.timeout * 1000,
  }
  const directory = resolve(
    stateDirectory({ flag: flags.state, environment: terminal.environment, uid: process.getuid?.(), home: homedir() }),
  )
  let client: ApiClient | undefined
  const connect = () =>
    (client ??= createClient(withDeadline(unixTransport(join(directory, CONTROL_SOCKET)), options.timeoutMs)))
  return new CommandContext(terminal, options, directory, signal, connect)
}

function jsonFields(text: string): JsonFields {
  const fields = text.split(',').map((field) => field.trim())
  if (fields.some((field) => field === ''))
    throw new InvalidArgumentError('write field names with commas between them.')
  return fields
}

function seconds(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 3600)) throw new InvalidArgumentError('write a number of seconds from 1 to 3600.')
  return value
}

/**
 * `--json` takes its fields only behind `=`: otherwise `user show --json alice` would ask for a field named alice.
 * A bare `--json` becomes the last argument, where nothing follows that it could take.
 */
export function settleJson(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  const own = end === -1 ? argv : argv.slice(0, end)
  const rest = end === -1 ? [] : argv.slice(end)
  if (!own.includes('--json')) return [...argv]
  return [...own.filter((argument) => argument !== '--json'), '--json', ...rest]
}

/** What commander throws to end: a wrong command line, or help and version, which are no errors. */
export function isCommanderEnd(error: unknown): error is CommanderError {
  return error instanceof CommanderError
}
