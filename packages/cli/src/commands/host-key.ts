import type { HeldHostKey } from '@sallyport/api'
import { type Command, Option } from 'commander'
import { examples } from '../examples.ts'
import type { Runner } from '../program.ts'

const TYPES = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'] as const

/** `sallyport host-key …`: the gateway's own host keys, replaced without a warning for those who connect meanwhile. */
export function hostKeyCommands(program: Command, run: Runner): void {
  const hostKey = program.command('host-key').description('the gateway’s own host keys')

  const list = hostKey
    .command('ls')
    .alias('list')
    .description('list host keys, and those before and after them')
    .action(
      run(async (context) => {
        const { host_keys } = await context.daemon.call('host-key.list', {}, { signal: context.signal })
        context.printList(
          host_keys,
          [
            { title: 'FINGERPRINT', value: (row: HeldHostKey) => row.fingerprint },
            { title: 'TYPE', value: (row) => row.type },
            { title: 'STATE', value: (row) => row.state },
          ],
          'there is no host key',
        )
        return undefined
      }),
    )
  examples(list, 'sallyport host-key ls')

  const rotate = hostKey
    .command('rotate')
    .description('make a new key that ssh clients learn when they connect, and that is not shown to them yet')
    .addOption(new Option('--type <type>', 'which key to replace').choices(TYPES).default('ssh-ed25519'))
    .action(
      run(async (context, command) => {
        const { type } = command.opts<{ type: (typeof TYPES)[number] }>()
        const made = await context.daemon.call('host-key.rotate', { type })
        context.print(
          made,
          () =>
            `${made.fingerprint} is announced; once everybody has connected: sallyport host-key promote ${made.fingerprint}\n`,
        )
        return undefined
      }),
    )
  examples(rotate, 'sallyport host-key rotate')

  const promote = hostKey
    .command('promote <fingerprint>')
    .description('show clients the new key from now on')
    .action(
      run(async (context, command) => {
        const promoted = await context.daemon.call('host-key.promote', { host_key: command.args[0] ?? '' })
        context.print(promoted, () => `clients are shown ${promoted.fingerprint}; the former key waits to be retired\n`)
        return undefined
      }),
    )
  examples(promote, 'sallyport host-key promote SHA256:...')

  const retire = hostKey
    .command('retire <fingerprint>')
    .description('destroy a key that clients are not shown')
    .action(
      run(async (context, command) => {
        const retired = await context.daemon.call('host-key.retire', { host_key: command.args[0] ?? '' })
        context.print(retired, () => `${retired.fingerprint} is destroyed\n`)
        return undefined
      }),
    )
  examples(retire, 'sallyport host-key retire SHA256:...')
}
