import type { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import { examples } from '../examples.ts'
import { formatTime } from '../output/values.ts'
import type { Runner } from '../program.ts'

/** `sallyport recover`: for whom the console lets in no more, from the gateway's own machine. */
export function recoverCommand(program: Command, run: Runner): void {
  const recover = program
    .command('recover <user>')
    .description('on the gateway’s machine: a one-time link for somebody who lost every way to sign in')
    .action(
      run(async (context, command) => {
        const [user = ''] = command.args
        if (context.remote !== undefined) {
          throw new CommandError('usage.invalid', 'this works on the gateway’s own machine only', {
            why: 'it is for when nobody can sign in over the network any more',
            fix: `there, as who runs it: sallyport recover ${user} --local\nanother admin can do the same from anywhere: sallyport user invite ${user}`,
          })
        }
        const link = await context.daemon.call('user.invite', { user })
        context.print(link, () => `${link.url}\n`)
        context.note(
          link.purpose === 'recover'
            ? `it works once, until ${formatTime(link.expires_at)}; their old passkeys, password, codes, tokens and sign-ins end when it is used`
            : `it works once, until ${formatTime(link.expires_at)}`,
        )
        return undefined
      }),
    )
  examples(recover, 'sallyport recover alice', 'sallyport recover alice --state /srv/sallyport')
}
