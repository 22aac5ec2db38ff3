import type { Identity, PendingAccount } from '@sallyport/api'
import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import { confirmByName } from '../confirm.ts'
import { examples } from '../examples.ts'
import type { Column } from '../output/table.ts'
import { formatTime } from '../output/values.ts'
import type { Runner } from '../program.ts'

export const identityColumns: readonly Column<Identity>[] = [
  { title: 'PROVIDER', value: ({ provider }) => provider ?? '(not declared)' },
  { title: 'ISSUER', value: ({ issuer }) => issuer },
  { title: 'SUBJECT', value: ({ subject }) => subject },
  { title: 'GROUPS', value: ({ groups }) => groups.join(', ') },
  { title: 'LINKED', value: ({ linked_at }) => formatTime(linked_at) },
  { title: 'USED', value: ({ last_used_at }) => formatTime(last_used_at) },
]

const pendingColumns: readonly Column<PendingAccount>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'ADDRESS', value: ({ email }) => email },
  { title: 'NAME', value: ({ display_name }) => display_name },
  { title: 'PROVIDER', value: ({ provider, issuer }) => provider ?? issuer },
  { title: 'ASKED', value: ({ last_asked_at }) => formatTime(last_asked_at) },
  { title: 'STATE', value: ({ denied }) => (denied === null ? 'waits' : `denied by ${denied.by}`) },
]

/** `sallyport user …` about identities of providers, and about who has one and no account. */
export function userIdentityCommands(user: Command, run: Runner): void {
  const pending = user
    .command('pending')
    .description('list who proved themselves to an identity provider and has no account')
    .action(
      run(async (context) => {
        const { pending: all } = await context.daemon.call('user.pending', {}, { signal: context.signal })
        context.printList(all, pendingColumns, 'nobody waits for an account')
        return undefined
      }),
    )
  examples(pending, 'sallyport user pending', 'sallyport user pending --json=id,email,denied')

  const approve = user
    .command('approve <who>')
    .description('give somebody who waits, by id or address, a member’s account')
    .option('--name <login>', 'their login name; the address, where it is left out')
    .action(
      run(async (context, command) => {
        const [who = ''] = command.args
        const { name } = command.opts<{ name?: string }>()
        const added = await context.daemon.call('user.approve', {
          pending: who,
          ...(name === undefined ? {} : { name }),
        })
        context.print(
          added,
          () => `${added.name} was added as ${added.role}, and signs in with their provider from now on\n`,
        )
        return undefined
      }),
    )
  examples(approve, 'sallyport user approve bob@example.com', 'sallyport user approve bob@example.com --name bob')

  const deny = user
    .command('deny <who>')
    .description('refuse somebody who waits, by id or address, for a year')
    .option('--undo', 'forget them instead: they may ask again')
    .action(
      run(async (context, command) => {
        const [who = ''] = command.args
        const { undo } = command.opts<{ undo?: true }>()
        const about = await context.daemon.call(undo === true ? 'user.forget' : 'user.deny', { pending: who })
        context.print(about, () => `${about.email} ${undo === true ? 'may ask again' : 'is denied an account'}\n`)
        return undefined
      }),
    )
  examples(deny, 'sallyport user deny eve@example.com', 'sallyport user deny eve@example.com --undo')

  const unlink = user
    .command('unlink <user> [provider]')
    .description('take an identity of a provider off an account; what it vouched for and opened ends')
    .option('--subject <subject>', 'which one, where the provider knows them by several')
    .action(
      run(async (context, command) => {
        const [name = '', provider] = command.args
        const { subject } = command.opts<{ subject?: string }>()
        // As they came: what is sent back has to be what the gateway has.
        const { identities } = await context.verbatimDaemon.call('user.show', { user: name })
        const { issuer, ...chosen } = choose(identities, name, provider, subject)
        await confirmByName(
          context,
          `this takes ${chosen.provider ?? issuer} off ${name}: they no longer sign in with it`,
          name,
        )
        await unlinked(context, { user: name, issuer, subject: chosen.subject })
        return undefined
      }),
    )
  examples(unlink, 'sallyport user unlink alice', 'sallyport user unlink alice work --yes')
}

async function unlinked(
  context: CommandContext,
  which: { readonly user: string; readonly issuer: string; readonly subject: string },
): Promise<void> {
  const gone = await context.daemon.call('user.unlink', which)
  context.print(gone, () => `${gone.provider ?? gone.issuer} was taken off ${which.user}\n`)
}

/** The one identity that is meant. */
function choose(
  identities: readonly Identity[],
  name: string,
  provider: string | undefined,
  subject: string | undefined,
): Identity {
  const meant = identities.filter(
    (each) =>
      (provider === undefined || each.provider === provider || each.issuer === provider) &&
      (subject === undefined || each.subject === subject),
  )
  if (meant[0] !== undefined && meant.length === 1) return meant[0]
  throw new CommandError(
    'usage.invalid',
    meant.length === 0 ? `${name} has no such identity` : `${name} has more than one such identity`,
    { fix: `${meant.length === 0 ? 'see' : 'name the provider, or --subject; see'}: sallyport user show ${name}` },
  )
}
