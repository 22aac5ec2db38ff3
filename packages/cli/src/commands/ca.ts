import type { Authority } from '@sallyport/api'
import { Argument, type Command } from 'commander'
import { CommandError } from '../command-error.ts'
import { confirmByName } from '../confirm.ts'
import { examples } from '../examples.ts'
import { counted } from '../output/count.ts'
import { formatTime } from '../output/values.ts'
import type { Runner } from '../program.ts'
import { replaceContent } from '../replace-content.ts'

const KINDS = ['user', 'host'] as const
type Kind = (typeof KINDS)[number]

/** `sallyport ca …`: the authorities that sign SSH certificates. */
export function caCommands(program: Command, run: Runner): void {
  const ca = program.command('ca').description('the authorities that sign SSH certificates')

  const show = ca
    .command('show')
    .description('list them, newest first')
    .action(
      run(async (context) => {
        const { authorities } = await context.daemon.call('ca.list', {}, { signal: context.signal })
        context.printList(
          authorities,
          [
            { title: 'ID', value: (row: Authority) => row.id },
            { title: 'KIND', value: (row) => row.kind },
            { title: 'STATE', value: (row) => row.state },
            { title: 'MADE', value: (row) => formatTime(row.created_at) },
            { title: 'FINGERPRINT', value: (row) => row.fingerprint },
          ],
          'there are no authorities',
        )
        return undefined
      }),
    )
  examples(show, 'sallyport ca show', 'sallyport ca show --json=id,state')

  const exported = ca
    .command('export')
    .description('print the public keys: user for TrustedUserCAKeys, host as @cert-authority lines for known_hosts')
    .addArgument(new Argument('<kind>', 'which').choices(KINDS))
    .option('--hosts <pattern>', 'for which names a host authority vouches', '*')
    .action(
      run(async (context, command) => {
        const kind = command.args[0] as Kind
        const { hosts } = command.opts<{ hosts: string }>()
        if (!/^[A-Za-z0-9*?!.,:[\]_-]+$/.test(hosts)) {
          throw new CommandError('usage.invalid', `“${hosts}” is no pattern of known_hosts`, {
            fix: 'write *.example.com, or names with commas between them',
          })
        }
        const { authorities } = await context.daemon.call('ca.list', {}, { signal: context.signal })
        const lines = authorities
          .filter((each) => each.kind === kind && each.state !== 'retired')
          .map(({ line }) => (kind === 'user' ? line : `@cert-authority ${hosts} ${line}`))
        context.print(lines, () => lines.map((line) => `${line}\n`).join(''))
        return undefined
      }),
    )
  examples(
    exported,
    'sallyport ca export user > sallyport_user_ca.pub',
    'sallyport ca export host --hosts "*.example.com" >> ~/.ssh/known_hosts',
  )

  const rotate = ca
    .command('rotate')
    .description('make a new one that signs from now on; the one before stays trusted until it is retired')
    .addArgument(new Argument('<kind>', 'which').choices(KINDS))
    .action(
      run(async (context, command) => {
        const kind = command.args[0] as Kind
        await confirmByName(
          context,
          `from now on a new ${kind} authority signs, which targets and clients have to learn of`,
          kind,
        )
        const made = await context.daemon.call('ca.rotate', { kind })
        context.print(made, () => `${made.id} signs from now on: ${made.fingerprint}\n`)
        context.note(
          kind === 'user'
            ? 'targets believe it after: sallyport target enrol NAME'
            : 'clients believe it after: sallyport ssh-config --write',
        )
        return undefined
      }),
    )
  examples(rotate, 'sallyport ca rotate user', 'sallyport ca rotate host --yes')

  const retire = ca
    .command('retire <authority>')
    .description('believe it no more and destroy its key; ends the sessions its certificates opened')
    .action(
      run(async (context, command) => {
        const [authority = ''] = command.args
        await confirmByName(context, `nothing that ${authority} signed will be believed any more`, authority)
        const retired = await context.daemon.call('ca.retire', { authority })
        context.print(retired, () => `${retired.id} is retired, and its key destroyed\n`)
        return undefined
      }),
    )
  examples(retire, 'sallyport ca retire ca_4h5k2m7q9r3t6w8y')

  const krl = ca
    .command('krl')
    .description('write the revocation list for targets (RevokedKeys of sshd_config)')
    .option('--out <file>', 'where to; standard output unless told')
    .action(
      run(async (context, command) => {
        const { out } = command.opts<{ out?: string }>()
        const list = await context.verbatimDaemon.call('ca.krl', {}, { signal: context.signal })
        const bytes = Buffer.from(list.krl, 'base64')
        if (out !== undefined) writeList(out, bytes)
        else if (context.options.json === undefined) {
          if (context.terminal.stdout.isTTY === true) {
            throw new CommandError('usage.invalid', 'the list is binary, and this is a terminal', {
              fix: 'add --out FILE',
            })
          }
          context.terminal.stdout.write(bytes)
        }
        if (out !== undefined || context.options.json !== undefined)
          context.print(
            list,
            () => `${out}: ${counted(list.serials, 'certificate')} and ${counted(list.keys, 'key')}\n`,
          )
        return undefined
      }),
    )
  examples(krl, 'sallyport ca krl --out /etc/ssh/sallyport_revoked_keys', 'sallyport ca krl > revoked_keys')
}

function writeList(path: string, bytes: Uint8Array): void {
  try {
    replaceContent(path, bytes)
  } catch (cause) {
    throw new CommandError('file.unwritable', `${path} cannot be written`, { why: (cause as Error).message, cause })
  }
}
