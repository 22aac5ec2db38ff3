import type { Ban } from '@sallyport/api'
import type { Command } from 'commander'
import { formatTime } from '../output/values.ts'
import { parseSpan } from '../parse-span.ts'
import type { Runner } from '../program.ts'

/** `sallyport ban …`: sources that may not connect. */
export function banCommands(program: Command, run: Runner): void {
  const ban = program.command('ban').description('Sources that may not connect')

  ban
    .command('ls')
    .alias('list')
    .description('list bans, and penalties in force')
    .action(
      run(async (context) => {
        const { bans } = await context.daemon.call('ban.list', {}, { signal: context.signal })
        context.printList(
          bans,
          [
            { title: 'SOURCE', value: (row: Ban) => row.source },
            { title: 'KIND', value: (row) => row.kind },
            { title: 'UNTIL', value: (row) => (row.until === null ? 'lifted' : formatTime(row.until)) },
            { title: 'BY', value: (row) => row.by },
            { title: 'REASON', value: (row) => row.reason },
          ],
          'nobody is banned',
        )
        return undefined
      }),
    )

  ban
    .command('add <source>')
    .description('ban an address or a network, and end its sessions')
    .option('--for <span>', 'how long, e.g. 30m, 12h, 7d; without it until lifted', parseSpan)
    .option('--reason <text>', 'why, for those who look later', '')
    .addHelpText('after', '\nExample:\n  sallyport ban add 203.0.113.0/24 --for 1d --reason "guesses passwords"')
    .action(
      run(async (context, command) => {
        const { for: seconds, reason } = command.opts<{ for?: number; reason: string }>()
        const added = await context.daemon.call('ban.add', {
          source: command.args[0] ?? '',
          reason,
          ...(seconds === undefined ? {} : { seconds }),
        })
        context.print(
          added,
          () =>
            `${added.source} is banned ${added.until === null ? 'until lifted' : `until ${formatTime(added.until)}`}\n`,
        )
        return undefined
      }),
    )

  ban
    .command('rm <source>')
    .description('lift a ban or a penalty, by source or id')
    .action(
      run(async (context, command) => {
        const lifted = await context.daemon.call('ban.remove', { ban: command.args[0] ?? '' })
        context.print(lifted, () => `${lifted.source} may connect again\n`)
        return undefined
      }),
    )
}
