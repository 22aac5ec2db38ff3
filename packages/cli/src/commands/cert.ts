import type { Certificate } from '@sallyport/api'
import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import { confirmByName } from '../confirm.ts'
import { examples } from '../examples.ts'
import { certificateSpan, wholeNumber } from '../option-values.ts'
import { printableDeep } from '../output/escape.ts'
import { renderFacts } from '../output/facts.ts'
import type { Column } from '../output/table.ts'
import { formatTime } from '../output/values.ts'
import type { Runner } from '../program.ts'

const columns: readonly Column<Certificate>[] = [
  { title: 'SERIAL', value: (row) => String(row.serial), alignRight: true },
  { title: 'FOR', value: (row) => row.subject },
  { title: 'KIND', value: (row) => row.kind },
  { title: 'UNTIL', value: (row) => formatTime(row.valid_before) },
  { title: 'REVOKED', value: (row) => (row.revoked === null ? '–' : `by ${row.revoked.by}: ${row.revoked.reason}`) },
  { title: 'KEY', value: (row) => row.fingerprint },
]
/** Serials are counted by the store. */
const serial = wholeNumber(1, Number.MAX_SAFE_INTEGER)

/** `sallyport cert …`: short-lived SSH certificates. */
export function certCommands(program: Command, run: Runner): void {
  const cert = program.command('cert').description('short-lived SSH certificates')

  const list = cert
    .command('ls [user]')
    .alias('list')
    .description('list your own; with a user theirs, and through the socket everybody’s')
    .option('--all', 'also those that have ended')
    .action(
      run(async (context, command) => {
        const [user] = command.args
        const all = command.opts<{ all?: true }>().all === true
        context.printList(await certificates(context, user, all), columns, 'no certificate is valid now')
        return undefined
      }),
    )
  examples(list, 'sallyport cert ls', 'sallyport cert ls alice --all --json=serial,valid_before')

  const inspect = cert
    .command('inspect [file]')
    .description('show what is in a certificate: your own, or a file (- for standard input)')
    .action(
      run(async (context, command) => {
        const { inspectCertificate } = await import('../login/inspect-certificate.ts')
        const { parseCertificate } = await import('../login/saved-certificate.ts')
        const { ownCertificatePath } = await import('../login/own-certificate-path.ts')
        const { readText } = await import('../read-text.ts')
        const path = command.args[0] ?? ownCertificatePath(context)
        const inspected = inspectCertificate(parseCertificate(path, await readText(path, context.terminal)))
        const facts = printableDeep(inspected)
        context.print(inspected, () =>
          renderFacts([
            ['kind', facts.kind],
            ['key id', facts.key_id],
            ['serial', facts.serial],
            ['key', facts.fingerprint],
            ['signed by', facts.authority],
            ['from', formatTime(facts.valid_after)],
            ['until', facts.valid_before === null ? 'for ever' : formatTime(facts.valid_before)],
            ...facts.principals.map((name) => ['principal', name] as const),
            ...facts.critical_options.map((name) => ['critical', name] as const),
            ...facts.extensions.map((name) => ['extension', name] as const),
          ]),
        )
        return undefined
      }),
    )
  examples(inspect, 'sallyport cert inspect', 'sallyport cert inspect ~/.ssh/id_ed25519-cert.pub --json')

  const renew = cert
    .command('renew')
    .description('get a new key and certificate with the session there is')
    .option('--if-needed', 'only where the one there is has ended or is about to; for ssh’s Match exec')
    .option('--ttl <span>', 'how long it is valid, from 1m to 24h; 9h unless told', certificateSpan)
    .option('--no-agent', 'keep the key in a file that only you can read')
    .action(
      run(async (context, command) => {
        const { renew: renewOwn } = await import('../login/renew.ts')
        const { ifNeeded, ttl, agent } = command.opts<{ ifNeeded?: true; ttl?: number; agent: boolean }>()
        const made = await renewOwn(context, {
          ifNeeded: ifNeeded === true,
          agent,
          ...(ttl === undefined ? {} : { seconds: ttl }),
        })
        context.print(made, () =>
          context.options.quiet
            ? ''
            : `${made.renewed ? 'a new certificate' : 'the certificate'} is valid until ${formatTime(made.valid_before)}\n`,
        )
        return undefined
      }),
    )
  examples(renew, 'sallyport cert renew', 'sallyport cert renew --if-needed')

  const revoke = cert
    .command('revoke [serial]')
    .description('take one back for good, or all of a person with --user; ends the sessions it opened')
    .option('--user <user>', 'all of this person')
    .option('--reason <text>', 'for the audit log', '')
    .action(
      run(async (context, command) => {
        const [number] = command.args
        const { user, reason } = command.opts<{ user?: string; reason: string }>()
        if ((number === undefined) === (user === undefined)) {
          throw new CommandError('usage.invalid', 'name either a serial number, or a user with --user', {
            fix: 'see: sallyport cert ls',
          })
        }
        const name = user ?? number ?? ''
        await confirmByName(
          context,
          `this revokes ${user === undefined ? `certificate ${name}` : `all certificates of ${name}`}`,
          name,
        )
        const which = user === undefined ? { serial: serial(name) } : { user }
        const revoked = await context.daemon.call('certificate.revoke', { ...which, reason })
        context.print(
          revoked,
          () =>
            revoked.revoked.map((each) => `certificate ${each} was revoked\n`).join('') ||
            'there was nothing to revoke\n',
        )
        context.note('targets learn of it with the next revocation list: sallyport ca krl, or target enrol')
        return undefined
      }),
    )
  examples(revoke, 'sallyport cert revoke 17 --reason "laptop stolen"', 'sallyport cert revoke --user alice --yes')
}

/** Over HTTPS one's own, which takes no right. */
async function certificates(context: CommandContext, user: string | undefined, all: boolean): Promise<Certificate[]> {
  const { daemon, remote, signal } = context
  if (remote === undefined || user !== undefined) {
    const asked = { valid: !all, limit: 1000, ...(user === undefined ? {} : { user }) }
    return (await daemon.call('certificate.list', asked, { signal })).certificates
  }
  if (all) {
    throw new CommandError('usage.invalid', 'of your own, the gateway lists those that are valid', {
      fix: 'an admin or auditor sees all of them: sallyport cert ls USER --all',
    })
  }
  return (await daemon.call('me.show', {}, { signal })).certificates
}
