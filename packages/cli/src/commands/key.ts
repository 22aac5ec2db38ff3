import type { Key } from '@sallyport/api'
import type { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import { confirmByName } from '../confirm.ts'
import { keyLines } from '../key-lines.ts'
import type { Column } from '../output/table.ts'
import { formatTime } from '../output/values.ts'
import type { Runner } from '../program.ts'
import { readText } from '../read-text.ts'

export const keyColumns: readonly Column<Key>[] = [
  { title: 'ID', value: (key) => key.id },
  { title: 'USER', value: (key) => key.user },
  { title: 'TYPE', value: (key) => key.type },
  { title: 'FINGERPRINT', value: (key) => key.fingerprint },
  { title: 'ADDED', value: (key) => formatTime(key.added_at) },
  { title: 'COMMENT', value: (key) => key.comment },
]

/** `sallyport key …`: the public keys that prove users. */
export function keyCommands(program: Command, run: Runner): void {
  const key = program.command('key').description('Public keys that prove who users are')

  key
    .command('ls [user]')
    .alias('list')
    .description('list keys, of all users or of one')
    .action(
      run(async (context, command) => {
        const [user] = command.args
        const { keys } = await context.daemon.call('key.list', user === undefined ? {} : { user }, {
          signal: context.signal,
        })
        context.printList(keys, keyColumns, 'no keys; add one with: sallyport key add USER FILE')
        return undefined
      }),
    )

  key
    .command('add <user> <file>')
    .description('add the public keys of a file; - reads standard input')
    .option('--comment <text>', 'comment instead of the one in the file')
    .addHelpText('after', '\nExample:\n  ssh-add -L | sallyport key add alice -')
    .action(
      run(async (context, command) => {
        const [user = '', file = ''] = command.args
        const { comment } = command.opts<{ comment?: string }>()
        const lines = keyLines(await readText(file, context.terminal))
        if (lines.length === 0) throw new CommandError('usage.file-unreadable', `${file} holds no public key`)
        const added: Key[] = []
        for (const line of lines) {
          added.push(
            await context.daemon.call('key.add', {
              user,
              public_key: line,
              ...(comment === undefined ? {} : { comment }),
            }),
          )
        }
        context.print(added, () =>
          added.map((row) => `${row.fingerprint} (${row.type}) now proves ${row.user}\n`).join(''),
        )
        return undefined
      }),
    )

  key
    .command('rm <key>')
    .description('remove a key, by id or fingerprint, and end the sessions it opened')
    .action(
      run(async (context, command) => {
        const id = command.args[0] ?? ''
        await confirmByName(context, `This removes the key ${id}`, id)
        const removed = await context.daemon.call('key.remove', { key: id })
        context.print(removed, () => `${removed.fingerprint} no longer proves ${removed.user}\n`)
        return undefined
      }),
    )
}
