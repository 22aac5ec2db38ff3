import type { Authority } from '@sallyport/api'
import { Argument, type Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import { confirmByName } from '../confirm.ts'
import { examples } from '../examples.ts'
import { counted } from '../output/count.ts'
import { listed } from '../output/listed.ts'
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
        // In JSON they stand in the list.
        if (context.options.json !== undefined) return undefined
        for (const authority of authorities) if (authority.targets_left.length > 0) context.note(enrolAgain(authority))
        return undefined
      }),
    )
  examples(show, 'sallyport ca show', 'sallyport ca show --json=id,state,targets_left')

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
    .description('make the next one, which is believed from now on and does not sign yet')
    .addArgument(new Argument('<kind>', 'which').choices(KINDS))
    .action(
      run(async (context, command) => {
        const kind = command.args[0] as Kind
        const made = await context.daemon.call('ca.rotate', { kind })
        context.print(
          made,
          () => `${made.id} is believed here from now on, and does not sign yet: ${made.fingerprint}\n`,
        )
        context.note(
          kind === 'user'
            ? `each target has to learn of it: sallyport target enrol NAME; then: sallyport ca promote ${made.id}`
            : `everybody has to learn of it: sallyport ssh-config --write; then: sallyport ca promote ${made.id}`,
        )
        return undefined
      }),
    )
  examples(rotate, 'sallyport ca rotate user', 'sallyport ca rotate host')

  const promote = ca
    .command('promote <authority>')
    .description('have the next one sign from now on; the one before is believed until it is retired')
    .action(
      run(async (context, command) => {
        const [authority = ''] = command.args
        const { found, others } = await lookUp(context, authority)
        // Any other is refused at once: nobody is asked for what cannot be.
        if (found?.state === 'next') await confirmByName(context, promotion(found), authority)
        const promoted = await context.daemon.call('ca.promote', { authority })
        context.print(promoted, () => `${promoted.id} signs from now on: ${promoted.fingerprint}\n`)
        if (promoted.targets_left.length > 0) context.note(enrolAgain(promoted))
        const former = others.find(({ kind, state }) => kind === promoted.kind && state === 'active')
        if (former !== undefined) context.note(`${retirement(former)}: sallyport ca retire ${former.id}`)
        return undefined
      }),
    )
  examples(promote, 'sallyport ca promote cta_4h5k2m7q9r3t6w8y')

  const retire = ca
    .command('retire <authority>')
    .description('believe it no more and destroy its key; ends the sessions its certificates opened')
    .action(
      run(async (context, command) => {
        const [authority = ''] = command.args
        const { found } = await lookUp(context, authority)
        const waits = found?.state === 'next'
        if (found !== undefined && found.state !== 'active')
          await confirmByName(
            context,
            waits ? `${authority} is withdrawn before it signed` : distrust(found),
            authority,
          )
        const retired = await context.daemon.call('ca.retire', { authority })
        context.print(retired, () => `${retired.id} is ${waits ? 'withdrawn' : 'retired'}, and its key destroyed\n`)
        if (!waits && retired.kind === 'user')
          context.note('a target believes it until it is enrolled again, or fetches the revocation list')
        return undefined
      }),
    )
  examples(retire, 'sallyport ca retire cta_4h5k2m7q9r3t6w8y')

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

/** The authority that is meant, where there is one, and those beside it. */
async function lookUp(
  { daemon, signal }: CommandContext,
  selector: string,
): Promise<{ readonly found: Authority | undefined; readonly others: readonly Authority[] }> {
  const { authorities } = await daemon.call('ca.list', {}, { signal })
  const found = authorities.find(({ id, fingerprint }) => id === selector || fingerprint === selector)
  return { found, others: authorities.filter((each) => each !== found) }
}

/** What is to be done because of an authority: before its next step, or after one that came too early. */
function enrolAgain({ id, kind, state, targets_left: left }: Authority): string {
  const targets = `${listed(left)}: sallyport target enrol NAME`
  if (state === 'next') return `before ${id} is promoted, enrol again ${targets}`
  if (state === 'former') return `before ${id} is retired, enrol again ${targets}`
  return kind === 'user' ? `${id} is not known yet on ${targets}` : `${id} signed the host certificates of ${targets}`
}

/** What has to have happened before. Only of targets with a host certificate is it known, hence the general word for none. */
function promotion({ id, kind, created_at: made, targets_left: left }: Authority): string {
  const since = `since ${formatTime(made)}`
  if (kind === 'host')
    return `from now on ${id} signs for hosts; whoever has not run “sallyport ssh-config --write” ${since} is asked about host keys`
  return left.length === 0
    ? `from now on ${id} signs for people; targets that were not enrolled again ${since} refuse that`
    : `from now on ${id} signs for people, and until they are enrolled again nobody gets in with that on ${listed(left)}`
}

/** When the one before may go. */
function retirement({ id, kind }: Authority): string {
  return kind === 'user'
    ? `${id} is believed until it is retired, best once the certificates it signed have ended`
    : `${id} is believed until it is retired, best once the targets are enrolled again`
}

function distrust({ id, targets_left: left }: Authority): string {
  const all = `nothing that ${id} signed will be believed any more`
  return left.length === 0 ? all : `${all}, and it signed the host certificates of ${listed(left)}`
}

function writeList(path: string, bytes: Uint8Array): void {
  try {
    replaceContent(path, bytes)
  } catch (cause) {
    throw new CommandError('file.unwritable', `${path} cannot be written`, { why: (cause as Error).message, cause })
  }
}
