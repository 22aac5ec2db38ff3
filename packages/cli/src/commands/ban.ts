import type { Ban } from '@sallyport/api'
import type { Command } from 'commander'
import { examples } from '../examples.ts'
import { formatTime } from '../output/values.ts'
import { parseSpan } from '../parse-span.ts'
import type { Runner } from '../program.ts'

/** `sallyport ban …`: sources that may not connect. */
export function banCommands(program: Command, run: Runner): void {
  const ban = program.command('ban').description('sources that may not connect')

  const list = ban
    .command('ls')
    .alias('list')
    .description('list bans, and penalties in force')
    .action(
      run(async (context) => {
        const { bans } = await context.daemon.call('ban.list', {}, { signal: context.signal })
        context.printList(
          bans,
          [
            { title: 'ID', value: (row: Ban) => row.id },
            { title: 'SOURCE', value: (row) => row.source },
            { title: 'KIND', value: (row) => row.kind },
            { title: 'UNTIL', value: until },
            { title: 'BY', value: (row) => row.by },
            { title: 'REASON', value: (row) => row.reason },
          ],
          'nobody is banned',
        )
        return undefined
      }),
    )
  examples(list, 'sallyport ban ls')

  const add = ban
    .command('add <source>')
    .description('ban an address or a network, and end its sessions')
    .option('--for <span>', 'how long, e.g. 30m, 12h, 7d; without it until lifted', parseSpan)
    .option('--reason <text>', 'why, for those who look later', '')
    .action(
      run(async (context, command) => {
        const { for: seconds, reason } = command.opts<{ for?: number; reason: string }>()
        const added = await context.daemon.call('ban.add', {
          source: command.args[0] ?? '',
          reason,
          ...(seconds === undefined ? {} : { seconds }),
        })
        const lasts = added.until === null ? 'until it is lifted' : `until ${until(added)}`
        context.print(added, () => `${added.source} is banned ${lasts}\n`)
        return undefined
      }),
    )
  examples(
    add,
    'sallyport ban add 203.0.113.7',
    'sallyport ban add 203.0.113.0/24 --for 1d --reason "guesses user names"',
  )

  const remove = ban
    .command('rm <ban>')
    .description('lift a ban or a penalty, by source or id')
    .action(
      run(async (context, command) => {
        const lifted = await context.daemon.call('ban.remove', { ban: command.args[0] ?? '' })
        context.print(lifted, () => `${lifted.source} may connect again\n`)
        return undefined
      }),
    )
  examples(remove, 'sallyport ban rm 203.0.113.0/24')
}

function until(ban: Ban): string {
  return ban.until === null ? 'it is lifted' : formatTime(ban.until)
}
