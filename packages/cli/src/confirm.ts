import type { CommandContext } from './command-context.ts'
import { CommandError } from './command-error.ts'
import { printable } from './output/escape.ts'

/** Asks before something is destroyed: its name must be typed, unless --yes was given. Without a terminal it is refused. */
export async function confirmByName(context: CommandContext, what: string, name: string): Promise<void> {
  const { terminal, options } = context
  if (options.yes) return
  if (!options.input || terminal.stdin.isTTY !== true || terminal.stderr.isTTY !== true) {
    throw new CommandError('usage.confirmation-needed', `${what}; that is not done without being asked`, {
      why: options.input ? 'there is no terminal to ask on' : 'no question may be asked because of --no-input',
      fix: 'add --yes to say that you mean it',
    })
  }
  const { isCancel, text } = await import('@clack/prompts')
  const answer = await text({ message: printable(`${what}. Type ${name} to go on`), output: process.stderr })
  if (isCancel(answer)) throw new DOMException('cancelled', 'AbortError')
  if (answer !== name) {
    throw new CommandError('confirmation.mismatch', 'nothing was changed', { why: `what was typed is not ${name}` })
  }
}

/** Asks whether to go on with what was just shown; only where somebody sits at a terminal and may be asked. */
export async function confirmed({ terminal, options }: CommandContext, question: string): Promise<void> {
  if (options.yes || !options.input || terminal.stdin.isTTY !== true || terminal.stderr.isTTY !== true) return
  const { confirm, isCancel } = await import('@clack/prompts')
  const answer = await confirm({ message: question, output: process.stderr })
  if (isCancel(answer)) throw new DOMException('cancelled', 'AbortError')
  if (!answer) throw new CommandError('confirmation.mismatch', 'nothing was changed', { why: 'the answer was no' })
}
