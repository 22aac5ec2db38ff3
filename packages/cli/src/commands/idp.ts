import type { Command } from 'commander'
import { examples } from '../examples.ts'
import type { Runner } from '../program.ts'

/** `sallyport idp …`: who else says who people are. */
export function idpCommands(program: Command, run: Runner): void {
  const idp = program.command('idp').description('identity providers that people sign in with')

  const list = idp
    .command('ls')
    .alias('list')
    .description('list them')
    .action(
      run(async (context) => {
        const { methods } = await context.daemon.call('auth.state', {}, { signal: context.signal })
        context.printList(
          methods.providers,
          [
            { title: 'NAME', value: (row: { name: string; title: string }) => row.name },
            { title: 'TITLE', value: (row) => row.title },
          ],
          'people sign in with passkeys; no identity provider is set up',
        )
        return undefined
      }),
    )
  examples(list, 'sallyport idp ls', 'sallyport idp ls --json=name')
}
