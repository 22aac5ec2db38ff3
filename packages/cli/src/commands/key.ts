import type { Key } from '@sallyport/api'
import type { Command } from 'commander'
import { confirmByName } from '../confirm.ts'
import { examples } from '../examples.ts'
import { keyLines } from '../key-lines.ts'
import { counted } from '../output/count.ts'
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
  const key = program.command('key').description('public keys that prove who users are')

  const list = key
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
  examples(list, 'sallyport key ls alice')

  const add = key
    .command('add <user> <file>')
    .description('add the public keys of a file (- for standard input)')
    .option('--comment <text>', 'comment instead of the one in the file')
    .action(
      run(async (context, command) => {
        const [user = '', file = ''] = command.args
        const { comment } = command.opts<{ comment?: string }>()
        const lines = keyLines(file, await readText(file, context.terminal))
        const note = comment === undefined ? {} : { comment }
        const added: Key[] = []
        try {
          for (const line of lines)
            added.push(await context.daemon.call('key.add', { user, public_key: line, ...note }))
        } catch (error) {
          if (added.length > 0) context.note(`the first ${counted(added.length, 'key')} of ${lines.length} were added`)
          throw error
        }
        context.print(added, () =>
          added.map((row) => `${row.fingerprint} (${row.type}) now proves ${row.user}\n`).join(''),
        )
        return undefined
      }),
    )
  examples(add, 'sallyport key add alice laptop.pub', 'ssh-add -L | sallyport key add alice -')

  const remove = key
    .command('rm <key>')
    .description('remove a key, by id or fingerprint, and end the sessions it opened')
    .action(
      run(async (context, command) => {
        const [id = ''] = command.args
        await confirmByName(context, `this removes the key ${id}`, id)
        const removed = await context.daemon.call('key.remove', { key: id })
        context.print(removed, () => `${removed.fingerprint} no longer proves ${removed.user}\n`)
        return undefined
      }),
    )
  examples(remove, 'sallyport key rm SHA256:YNvF9qqGkNZ0b1oTfGjMDPZC0r0mF0kYl1sC1wJvW2M')
}
