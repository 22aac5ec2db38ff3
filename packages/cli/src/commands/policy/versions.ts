import type { PolicyVersion } from '@sallyport/api'
import type { Command } from 'commander'
import { Argument } from 'commander'
import { examples } from '../../examples.ts'
import { wholeNumber } from '../../option-values.ts'
import { printable, printableLines } from '../../output/escape.ts'
import { formatTime } from '../../output/values.ts'
import type { Runner } from '../../program.ts'
import { VERSION_MAX } from './version-max.ts'

const HISTORY_MAX = 1000
const HISTORY_USUAL = 20

/** `policy show` and `policy history`. */
export function policyVersionCommands(policy: Command, run: Runner): void {
  const show = policy
    .command('show')
    .description('print the policy in force, or an earlier version')
    .addArgument(new Argument('[version]', 'its number').argParser(wholeNumber(1, VERSION_MAX)))
    .action(
      run(async (context, command) => {
        const [version] = command.processedArgs as [number | undefined]
        const shown = await context.verbatimDaemon.call('policy.show', version === undefined ? {} : { version }, {
          signal: context.signal,
        })
        const said = shown.message === '' ? '' : `: ${printable(shown.message)}`
        if (context.options.json === undefined)
          context.note(
            `version ${shown.version}, applied ${formatTime(shown.applied_at)} by ${printable(shown.applied_by)}${said}`,
          )
        const text = shown.text.endsWith('\n') ? shown.text : `${shown.text}\n`
        // A terminal must not obey what stands in the text; a file gets it byte for byte.
        context.print(shown, () => (context.terminal.stdout.isTTY === true ? printableLines(text) : text))
        return undefined
      }),
    )
  examples(show, 'sallyport policy show > policy.hujson', 'sallyport policy show 3')

  const history = policy
    .command('history')
    .description('list its versions, newest first')
    .option('--limit <number>', 'so many at most', wholeNumber(1, HISTORY_MAX), HISTORY_USUAL)
    .action(
      run(async (context, command) => {
        const { limit } = command.opts<{ limit: number }>()
        const { versions } = await context.daemon.call('policy.history', { limit }, { signal: context.signal })
        context.printList(
          versions,
          [
            { title: 'VERSION', value: (row: PolicyVersion) => String(row.version), alignRight: true },
            { title: 'APPLIED', value: (row) => formatTime(row.applied_at) },
            { title: 'BY', value: (row) => row.applied_by },
            { title: 'MESSAGE', value: (row) => row.message },
          ],
          'no version yet',
        )
        return undefined
      }),
    )
  examples(history, 'sallyport policy history --limit 5')
}
