import type { Killed, Passage, Session } from '@sallyport/api'
import type { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import { confirmByName } from '../confirm.ts'
import { examples } from '../examples.ts'
import { formatBytes, formatSeconds } from '../output/values.ts'
import type { Runner } from '../program.ts'

/** `sallyport session …`: who is connected, and where to. */
export function sessionCommands(program: Command, run: Runner): void {
  const session = program.command('session').description('who is connected, and where to')

  const list = session
    .command('ls [user]')
    .alias('list')
    .description('list live sessions, of all users or of one')
    .action(
      run(async (context, command) => {
        const [user] = command.args
        const { sessions } = await context.daemon.call('session.list', user === undefined ? {} : { user }, {
          signal: context.signal,
        })
        context.printList(
          sessions,
          [
            { title: 'ID', value: (row: Session) => row.id },
            { title: 'USER', value: (row) => row.user },
            { title: 'FROM', value: (row) => row.source },
            { title: 'AGE', value: (row) => formatSeconds(ageOf(row)), alignRight: true },
            { title: 'IDLE', value: (row) => formatSeconds(row.idle_seconds), alignRight: true },
            { title: 'IN', value: (row) => formatBytes(sum(row.passages, 'bytes_in')), alignRight: true },
            { title: 'OUT', value: (row) => formatBytes(sum(row.passages, 'bytes_out')), alignRight: true },
            { title: 'TO', value: (row) => row.passages.map(whereTo).join(', ') || '–' },
          ],
          'nobody is connected',
        )
        return undefined
      }),
    )
  examples(list, 'sallyport session ls', 'sallyport session ls alice --json')

  const kill = session
    .command('kill [session]')
    .description('end a session, or with --user all of a user')
    .option('--user <user>', 'end all sessions of this user')
    .option('--reason <text>', 'shown to the user as it ends')
    .action(
      run(async (context, command) => {
        const [id] = command.args
        const { user, reason } = command.opts<{ user?: string; reason?: string }>()
        const why = reason === undefined ? {} : { reason }
        if ((id === undefined) === (user === undefined)) {
          throw new CommandError('usage.invalid', 'name either a session, or a user with --user', {
            fix: 'see: sallyport session ls',
          })
        }
        let killed: Killed
        if (id !== undefined) killed = await context.daemon.call('session.kill', { session: id, ...why })
        else {
          await confirmByName(context, `this ends all sessions of ${user ?? ''}`, user ?? '')
          killed = await context.daemon.call('session.kill-user', { user: user ?? '', ...why })
        }
        context.print(killed, () => killed.ended.map((ended) => `${ended} was ended\n`).join('') || 'nothing to end\n')
        return undefined
      }),
    )
  examples(
    kill,
    'sallyport session kill ses_4h5k2m7q9r3t --reason "maintenance at 18:00"',
    'sallyport session kill --user alice --yes',
  )
}

/** `db1:22`: the target's name where it has one, else what was asked for. */
function whereTo({ target, host, port }: Passage): string {
  const name = target ?? host
  return `${name.includes(':') ? `[${name}]` : name}:${port}`
}

function ageOf(session: Session): number {
  return (Date.now() - Date.parse(session.started_at)) / 1000
}

function sum(passages: readonly Passage[], field: 'bytes_in' | 'bytes_out'): number {
  return passages.reduce((total, passage) => total + passage[field], 0)
}
