import type { Command } from 'commander'
import { CommandError } from './command-error.ts'
import { isRepeatable } from './option-values.ts'

/** Makes every command below refuse an option given twice, where it does not accumulate: which one counts would be a guess. */
export function refuseRepeats(command: Command): void {
  for (const option of command.options) {
    if (isRepeatable(option)) continue
    let given = false
    command.on(`option:${option.name()}`, () => {
      if (given) {
        throw new CommandError('usage.invalid', `${option.long ?? option.flags} is given twice`, {
          fix: 'give it once',
        })
      }
      given = true
    })
  }
  for (const child of command.commands) refuseRepeats(child)
}
