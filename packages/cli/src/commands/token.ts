import type { ApiToken } from '@sallyport/api'
import type { Command } from 'commander'
import { confirmByName } from '../confirm.ts'
import { examples } from '../examples.ts'
import { repeatable, tokenSpan } from '../option-values.ts'
import { formatTime } from '../output/values.ts'
import type { Runner } from '../program.ts'

const MONTH_S = 30 * 86_400

/** `sallyport token …`: your API tokens, for scripts. */
export function tokenCommands(program: Command, run: Runner): void {
  const token = program.command('token').description('your API tokens, for scripts')

  const create = token
    .command('create <name>')
    .description('make one and print it, once')
    .addOption(
      repeatable(
        '--scope <scope>',
        'what it may do: *, read, or a noun such as policy or target:read; read unless told',
      ),
    )
    .option('--ttl <span>', 'how long it is valid, from 1m to 366d; 30d unless told', tokenSpan)
    .action(
      run(async (context, command) => {
        const [name = ''] = command.args
        const { scope = ['read'], ttl = MONTH_S } = command.opts<{ scope?: string[]; ttl?: number }>()
        const made = await context.daemon.call('me.token-add', { name, scopes: scope, seconds: ttl })
        context.print(made, () => `${made.token}\n`)
        context.note(`it may ${made.scopes.join(', ')} until ${formatTime(made.expires_at)}, and is not shown again`)
        return undefined
      }),
    )
  examples(
    create,
    'sallyport token create ci --ttl 7d > token',
    'sallyport token create deploy --scope target --scope policy:read',
  )

  const list = token
    .command('ls')
    .alias('list')
    .description('list them')
    .action(
      run(async (context) => {
        const { tokens } = await context.daemon.call('me.show', {}, { signal: context.signal })
        context.printList(
          tokens,
          [
            { title: 'ID', value: (row: ApiToken) => row.id },
            { title: 'NAME', value: (row) => row.name },
            { title: 'SCOPES', value: (row) => row.scopes.join(' ') },
            { title: 'UNTIL', value: (row) => formatTime(row.expires_at) },
            { title: 'USED', value: (row) => (row.last_used_at === null ? 'never' : formatTime(row.last_used_at)) },
          ],
          'you have no tokens; make one with: sallyport token create NAME',
        )
        return undefined
      }),
    )
  examples(list, 'sallyport token ls', 'sallyport token ls --json=id,name')

  const revoke = token
    .command('revoke <token>')
    .description('take one back, by its id')
    .action(
      run(async (context, command) => {
        const [id = ''] = command.args
        await confirmByName(context, `this takes the token ${id} back`, id)
        const removed = await context.daemon.call('me.token-remove', { token: id })
        context.print(removed, () => `${removed.name} no longer counts\n`)
        return undefined
      }),
    )
  examples(revoke, 'sallyport token revoke tok_4h5k2m7q9r3t6w8y')
}
