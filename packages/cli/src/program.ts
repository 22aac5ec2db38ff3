import { Command, InvalidArgumentError } from 'commander'
import type { CommandContext, GlobalOptions } from './command-context.ts'
import { auditCommands } from './commands/audit.ts'
import { banCommands } from './commands/ban.ts'
import { caCommands } from './commands/ca.ts'
import { certCommands } from './commands/cert.ts'
import { completionCommands } from './commands/completion.ts'
import { configCommands } from './commands/config.ts'
import { daemonCommands } from './commands/daemon.ts'
import { doctorCommand } from './commands/doctor.ts'
import { helpTopics } from './commands/help-topics.ts'
import { hostKeyCommands } from './commands/host-key.ts'
import { idpCommands } from './commands/idp.ts'
import { keyCommands } from './commands/key.ts'
import { loginCommands } from './commands/login.ts'
import { mfaCommands } from './commands/mfa.ts'
import { policyCommands } from './commands/policy.ts'
import { recoverCommand } from './commands/recover.ts'
import { sessionCommands } from './commands/session.ts'
import { sshConfigCommand } from './commands/ssh-config.ts'
import { targetCommands } from './commands/target.ts'
import { tokenCommands } from './commands/token.ts'
import { userCommands } from './commands/user.ts'
import { wholeNumber } from './option-values.ts'
import type { JsonFields } from './output/json.ts'
import { refuseRepeats } from './refuse-repeats.ts'
import type { Terminal } from './terminal.ts'
import { VERSION } from './version.ts'

/** Runs a command's work with its context; what it returns, if anything, is the exit status. */
export type Work = (context: CommandContext, command: Command) => Promise<number | undefined>
/** Makes the action of a command from its work. */
export type Runner = (work: Work) => (...parameters: unknown[]) => Promise<void>
/** Makes the context of the command that runs; asked only when one does, so that help and version load nothing. */
export type Connect = (options: GlobalOptions) => CommandContext | Promise<CommandContext>

const DEFAULT_TIMEOUT_S = 30
const TIMEOUT_MAX_S = 3600

/**
 * The whole command tree. `finished` is told the exit status of the command that ran. `quietErrors`: whoever called prints
 * what is wrong with a command line, all of it.
 */
export function buildProgram(
  terminal: Terminal,
  connect: Connect,
  finished: (status: number) => void,
  quietErrors = false,
): Command {
  const program = new Command('sallyport')
    .description('an SSH gateway that knows who you are, asks one policy, and writes down what happened')
    .version(VERSION, '-V, --version', 'print the version')
    .option('--server <url>', 'the gateway to speak to over HTTPS (env: SALLYPORT_SERVER); the one signed in to last')
    .option('--fingerprint <sha256>', 'the certificate it must show (env: SALLYPORT_FINGERPRINT)')
    .option('--local', 'this machine’s gateway, through its socket')
    .option('--state <dir>', 'the same, with this state directory (env: SALLYPORT_STATE)')
    .option('--json [=fields]', 'print JSON; --json=id,name prints these fields only', jsonFields)
    .option('-q, --quiet', 'print data and errors only')
    .option('-y, --yes', 'do what would be asked about')
    .option('--no-input', 'never ask; fail where a question would be needed')
    .option(
      '--timeout <seconds>',
      'how long to wait for the gateway to answer',
      wholeNumber(1, TIMEOUT_MAX_S),
      DEFAULT_TIMEOUT_S,
    )
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => void (quietErrors || terminal.stderr.write(text)),
      outputError: () => {}, // main prints it in our form
    })
    .showSuggestionAfterError(true)
    .exitOverride()

  const run: Runner =
    (work) =>
    async (...parameters) => {
      const command = parameters.at(-1) as Command
      const context = await connect(globalOptions(command))
      finished((await work(context, command)) ?? 0)
    }

  loginCommands(program, run)
  certCommands(program, run)
  sshConfigCommand(program, run)
  mfaCommands(program, run)
  tokenCommands(program, run)
  daemonCommands(program, run)
  userCommands(program, run)
  keyCommands(program, run)
  targetCommands(program, run)
  policyCommands(program, run)
  sessionCommands(program, run)
  banCommands(program, run)
  hostKeyCommands(program, run)
  auditCommands(program, run)
  caCommands(program, run)
  idpCommands(program, run)
  recoverCommand(program, run)
  doctorCommand(program, run)
  configCommands(program, run)
  completionCommands(program, run)
  helpTopics(program)
  inherit(program)
  refuseRepeats(program)
  return program
}

/** Settings that commander hands down to a command only when it is made after them, from its own parent. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command).helpCommand(false)
    inherit(child)
  }
}

function globalOptions(command: Command): GlobalOptions {
  const flags = command.optsWithGlobals<{
    state?: string
    server?: string
    fingerprint?: string
    local?: true
    json?: JsonFields | true
    quiet?: true
    yes?: true
    input: boolean
    timeout: number
  }>()
  return {
    state: flags.state,
    server: flags.server,
    fingerprint: flags.fingerprint,
    local: flags.local === true,
    json: flags.json === true ? 'all' : flags.json,
    quiet: flags.quiet === true,
    yes: flags.yes === true,
    input: flags.input,
    timeoutMs: flags.timeout * 1000,
  }
}

function jsonFields(text: string): JsonFields {
  const fields = text.split(',').map((field) => field.trim())
  if (fields.some((field) => field === ''))
    throw new InvalidArgumentError('Write field names with commas between them.')
  return fields
}
