import type { User, UserDetail } from '@sallyport/api'
import { ROLES } from '@sallyport/model'
import { type Command, Option } from 'commander'
import { confirmByName } from '../confirm.ts'
import { keyLines } from '../key-lines.ts'
import { renderTable } from '../output/table.ts'
import { formatTime } from '../output/values.ts'
import type { Runner } from '../program.ts'
import { readText } from '../read-text.ts'
import { keyColumns } from './key.ts'

const roleOption = () => new Option('--role <role>', 'what they may do to the gateway itself').choices(ROLES)

/** `sallyport user …`: the people the gateway knows. */
export function userCommands(program: Command, run: Runner): void {
  const user = program.command('user').description('People the gateway knows')

  user
    .command('ls')
    .alias('list')
    .description('list them')
    .action(
      run(async (context) => {
        const { users } = await context.daemon.call('user.list', {}, { signal: context.signal })
        context.printList(
          users,
          [
            { title: 'NAME', value: (row: User) => row.name },
            { title: 'ROLE', value: (row) => row.role },
            { title: 'STATE', value: (row) => (row.disabled ? 'disabled' : 'active') },
            { title: 'KEYS', value: (row) => String(row.keys), alignRight: true },
            { title: 'SESSIONS', value: (row) => String(row.sessions), alignRight: true },
            { title: 'ADDED', value: (row) => formatTime(row.created_at) },
          ],
          'no users yet; add one with: sallyport user add NAME --key FILE',
        )
        return undefined
      }),
    )

  user
    .command('add <name>')
    .description('add one, with the public keys that prove them')
    .option('--key <file>', 'file of public keys, a line each; may be given again; - reads standard input', collect, [])
    .option('--display-name <text>', 'name for people to read')
    .addOption(roleOption().default('member'))
    .addHelpText('after', '\nExample:\n  sallyport user add alice@example.com --key alice.pub')
    .action(
      run(async (context, command) => {
        const [name = ''] = command.args
        const {
          key: files,
          displayName,
          role,
        } = command.opts<{ key: string[]; displayName?: string; role: User['role'] }>()
        const keys: string[] = []
        for (const file of files) keys.push(...keyLines(await readText(file, context.terminal)))
        const added = await context.daemon.call('user.add', {
          name,
          role,
          keys,
          ...(displayName === undefined ? {} : { display_name: displayName }),
        })
        context.print(
          added,
          () => `${added.name} was added as ${added.role} with ${count(added.public_keys.length, 'key')}\n`,
        )
        if (added.public_keys.length === 0)
          context.note(`they cannot sign in yet; add a key with: sallyport key add ${added.name} FILE`)
        return undefined
      }),
    )

  user
    .command('show <user>')
    .description('show one and their keys')
    .action(
      run(async (context, command) => {
        const shown = await context.daemon.call(
          'user.show',
          { user: command.args[0] ?? '' },
          { signal: context.signal },
        )
        context.print(
          shown,
          () =>
            describe(shown) +
            (shown.public_keys.length === 0 ? '' : `\n${renderTable(keyColumns, shown.public_keys, context.terminal)}`),
        )
        return undefined
      }),
    )

  user
    .command('edit <user>')
    .description('change role or display name')
    .addOption(roleOption())
    .option('--display-name <text>', 'name for people to read')
    .action(
      run(async (context, command) => {
        const { displayName, role } = command.opts<{ displayName?: string; role?: User['role'] }>()
        const changed = await context.daemon.call('user.update', {
          user: command.args[0] ?? '',
          ...(displayName === undefined ? {} : { display_name: displayName }),
          ...(role === undefined ? {} : { role }),
        })
        context.print(changed, () => describe(changed))
        return undefined
      }),
    )

  for (const [verb, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    user
      .command(`${verb} <user>`)
      .description(disabled ? 'let them sign in nowhere, and end their sessions' : 'let them sign in again')
      .action(
        run(async (context, command) => {
          const changed = await context.daemon.call('user.update', { user: command.args[0] ?? '', disabled })
          context.print(
            changed,
            () => `${changed.name} is ${disabled ? 'disabled, and their sessions are ended' : 'active again'}\n`,
          )
          return undefined
        }),
      )
  }

  user
    .command('rm <user>')
    .description('remove one with their keys, and end their sessions')
    .action(
      run(async (context, command) => {
        const name = command.args[0] ?? ''
        await confirmByName(context, `This removes ${name} and their keys`, name)
        const removed = await context.daemon.call('user.remove', { user: name })
        context.print(removed, () => `${removed.name} was removed\n`)
        return undefined
      }),
    )
}

function describe(user: UserDetail): string {
  const rows = [
    ['name', user.name],
    ['display name', user.display_name],
    ['id', user.id],
    ['role', user.role],
    ['state', user.disabled ? 'disabled' : 'active'],
    ['sessions', String(user.sessions)],
    ['added', formatTime(user.created_at)],
  ]
  return rows
    .filter(([, value]) => value !== '')
    .map(([title = '', value = '']) => `${title.padEnd(14)}${value}\n`)
    .join('')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function collect(value: string, before: string[]): string[] {
  return [...before, value]
}
