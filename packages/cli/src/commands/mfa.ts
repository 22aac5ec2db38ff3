import { Argument, type Command } from 'commander'
import { confirmByName } from '../confirm.ts'
import { examples } from '../examples.ts'
import { formatTime } from '../output/values.ts'
import type { Runner } from '../program.ts'

const WAYS = ['totp', 'passkey'] as const

interface Proof {
  readonly id: string
  readonly kind: 'passkey' | 'totp' | 'recovery-codes'
  readonly name: string
  readonly last_used_at: string | null
}

/** `sallyport mfa …`: with what you prove yourself. */
export function mfaCommands(program: Command, run: Runner): void {
  const mfa = program
    .command('mfa')
    .description('with what you prove yourself: passkeys, one-time codes, recovery codes')

  const list = mfa
    .command('ls')
    .alias('list')
    .description('list them')
    .action(
      run(async (context) => {
        const me = await context.daemon.call('me.show', {}, { signal: context.signal })
        const left = me.recovery_codes_left
        const proofs: Proof[] = [
          ...me.passkeys.map(({ id, name, last_used_at }) => ({ id, kind: 'passkey' as const, name, last_used_at })),
          ...(me.totp ? [{ id: 'totp', kind: 'totp' as const, name: 'one-time codes', last_used_at: null }] : []),
          ...(left > 0
            ? [{ id: 'recovery-codes', kind: 'recovery-codes' as const, name: `${left} left`, last_used_at: null }]
            : []),
        ]
        context.printList(
          proofs,
          [
            { title: 'ID', value: (row: Proof) => row.id },
            { title: 'KIND', value: (row) => row.kind },
            { title: 'NAME', value: (row) => row.name },
            { title: 'USED', value: (row) => (row.last_used_at === null ? '–' : formatTime(row.last_used_at)) },
          ],
          'nothing is set up; add a passkey with: sallyport mfa add passkey',
        )
        return undefined
      }),
    )
  examples(list, 'sallyport mfa ls', 'sallyport mfa ls --json=id,kind')

  const add = mfa
    .command('add')
    .description('set one up: one-time codes here, a passkey in the console')
    .addArgument(new Argument('<way>', 'what').choices(WAYS))
    .option('--no-open', 'show the address of the console, open no browser')
    .action(
      run(async (context, command) => {
        const { addPasskey, addTotp } = await import('../login/add-proof.ts')
        if (command.args[0] === 'totp') await addTotp(context)
        else await addPasskey(context, command.opts<{ open: boolean }>().open)
        return undefined
      }),
    )
  examples(add, 'sallyport mfa add totp', 'sallyport mfa add passkey --no-open')

  const remove = mfa
    .command('rm <proof>')
    .description('remove a passkey by its id, or totp; your other browsers and commands are signed out')
    .option('--keep-others', 'leave them signed in')
    .action(
      run(async (context, command) => {
        const [id = ''] = command.args
        await confirmByName(context, `you will not prove yourself with ${id} any more`, id)
        const end_others = command.opts<{ keepOthers?: boolean }>().keepOthers !== true
        if (id === 'totp') await context.daemon.call('me.totp-remove', { end_others })
        else await context.daemon.call('me.passkey-remove', { passkey: id, end_others })
        context.print({ removed: id }, () => `${id} was removed\n`)
        return undefined
      }),
    )
  examples(remove, 'sallyport mfa rm totp', 'sallyport mfa rm psk_4h5k2m7q9r3t6w8y --keep-others --yes')

  const codes = mfa
    .command('recovery-codes')
    .description('make new recovery codes and print them; the ones before no longer count')
    .action(
      run(async (context) => {
        await confirmByName(context, 'your recovery codes from before will no longer count', 'recovery-codes')
        const made = await context.daemon.call('me.recovery-codes')
        context.print(made, () => made.recovery_codes.map((code) => `${code}\n`).join(''))
        context.note('each works once, in place of a passkey; keep them where you would find them without this machine')
        return undefined
      }),
    )
  examples(codes, 'sallyport mfa recovery-codes --yes > codes')
}
