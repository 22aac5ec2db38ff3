import type { User, UserDetail } from '@sallyport/api'
import { ROLES } from '@sallyport/model'
import { type Command, Option } from 'commander'
import { CommandError } from '../command-error.ts'
import { confirmByName } from '../confirm.ts'
import { examples } from '../examples.ts'
import { keyLines } from '../key-lines.ts'
import { repeatable } from '../option-values.ts'
import { counted } from '../output/count.ts'
import { renderFacts } from '../output/facts.ts'
import { renderTable } from '../output/table.ts'
import { formatTime } from '../output/values.ts'
import type { Runner } from '../program.ts'
import { readText } from '../read-text.ts'
import { keyColumns } from './key.ts'
import { identityColumns, userIdentityCommands } from './user-identities.ts'

const roleOption = () => new Option('--role <role>', 'what they may do to the gateway itself').choices(ROLES)

/** `sallyport user …`: the people the gateway knows. */
export function userCommands(program: Command, run: Runner): void {
  const user = program.command('user').description('people the gateway knows')

  const list = user
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
  examples(list, 'sallyport user ls', 'sallyport user ls --json=name,role')

  const add = user
    .command('add <name>')
    .description('add one, with the public keys that prove them')
    .addOption(repeatable('--key <file>', 'file of public keys, a line each (- for standard input)'))
    .option('--display-name <text>', 'name for people to read')
    .addOption(roleOption().default('member'))
    .action(
      run(async (context, command) => {
        const [name = ''] = command.args
        const flags = command.opts<{ key?: string[]; displayName?: string; role: User['role'] }>()
        const { key: files = [], displayName, role } = flags
        const keys: string[] = []
        for (const file of files) keys.push(...keyLines(file, await readText(file, context.terminal)))
        const added = await context.daemon.call('user.add', {
          name,
          role,
          keys,
          ...(displayName === undefined ? {} : { display_name: displayName }),
        })
        context.print(
          added,
          () => `${added.name} was added as ${added.role} with ${counted(added.public_keys.length, 'key')}\n`,
        )
        if (added.public_keys.length === 0)
          context.note(
            `they cannot sign in yet: sallyport user invite ${added.name}, or sallyport key add ${added.name} FILE`,
          )
        return undefined
      }),
    )
  examples(
    add,
    'sallyport user add alice --key alice.pub',
    'sallyport user add bob@example.com --role admin --key laptop.pub --key phone.pub',
  )

  const invite = user
    .command('invite <user>')
    .description('make a one-time link with which they set up a passkey; for who lost theirs, a new one')
    .action(
      run(async (context, command) => {
        const [name = ''] = command.args
        const link = await context.daemon.call('user.invite', { user: name })
        context.print(link, () => `${link.url}\n`)
        context.note(
          link.purpose === 'recover'
            ? `send it to ${link.user} alone: it works once, until ${formatTime(link.expires_at)}, and replaces their passkeys, password, codes, tokens and sign-ins`
            : `send it to ${link.user} alone: it works once, until ${formatTime(link.expires_at)}`,
        )
        if (new URL(link.url).hostname === 'localhost')
          context.note(
            'it opens on the gateway’s machine alone; for others set https.url in sallyport.toml to the name they use, and start it again',
          )
        return undefined
      }),
    )
  examples(invite, 'sallyport user invite alice', 'sallyport user invite alice --json=url')

  const show = user
    .command('show <user>')
    .description('show one, their keys and who they are at identity providers')
    .action(
      run(async (context, command) => {
        const [name = ''] = command.args
        const shown = await context.daemon.call('user.show', { user: name }, { signal: context.signal })
        const { public_keys: keys, identities } = shown
        context.print(shown, () =>
          [
            describe(shown),
            ...(keys.length === 0 ? [] : [renderTable(keyColumns, keys, context.terminal)]),
            ...(identities.length === 0 ? [] : [renderTable(identityColumns, identities, context.terminal)]),
          ].join('\n'),
        )
        return undefined
      }),
    )
  examples(show, 'sallyport user show alice')

  userIdentityCommands(user, run)

  const edit = user
    .command('edit <user>')
    .description('change role or display name')
    .addOption(roleOption())
    .option('--display-name <text>', 'name for people to read')
    .action(
      run(async (context, command) => {
        const [name = ''] = command.args
        const { displayName, role } = command.opts<{ displayName?: string; role?: User['role'] }>()
        if (displayName === undefined && role === undefined) {
          throw new CommandError('usage.invalid', 'there is nothing to change', { fix: 'add --role or --display-name' })
        }
        const changed = await context.daemon.call('user.update', {
          user: name,
          ...(displayName === undefined ? {} : { display_name: displayName }),
          ...(role === undefined ? {} : { role }),
        })
        context.print(changed, () => describe(changed))
        return undefined
      }),
    )
  examples(edit, 'sallyport user edit alice --role auditor', 'sallyport user edit alice --display-name "Alice Novak"')

  for (const [verb, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    const change = user
      .command(`${verb} <user>`)
      .description(disabled ? 'let them sign in nowhere, and end their sessions' : 'let them sign in again')
      .action(
        run(async (context, command) => {
          const [name = ''] = command.args
          const changed = await context.daemon.call('user.update', { user: name, disabled })
          context.print(
            changed,
            () => `${changed.name} is ${disabled ? 'disabled, and their sessions are ended' : 'active again'}\n`,
          )
          return undefined
        }),
      )
    examples(change, `sallyport user ${verb} alice`)
  }

  const remove = user
    .command('rm <user>')
    .description('remove one with their keys, and end their sessions')
    .action(
      run(async (context, command) => {
        const [name = ''] = command.args
        await confirmByName(context, `this removes ${name} and their keys`, name)
        const removed = await context.daemon.call('user.remove', { user: name })
        context.print(removed, () => `${removed.name} was removed\n`)
        return undefined
      }),
    )
  examples(remove, 'sallyport user rm alice', 'sallyport user rm alice --yes')
}

function describe(user: UserDetail): string {
  return renderFacts([
    ['name', user.name],
    ['display name', user.display_name],
    ['id', user.id],
    ['role', user.role],
    ['state', user.disabled ? 'disabled' : 'active'],
    ['sessions', String(user.sessions)],
    ['added', formatTime(user.created_at)],
  ])
}
