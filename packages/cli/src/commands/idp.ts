import { resolve } from 'node:path'
import type { IdentityProvider } from '@sallyport/api'
import { type Command, InvalidArgumentError, type Option } from 'commander'
import { CommandError } from '../command-error.ts'
import { confirmByName } from '../confirm.ts'
import { examples } from '../examples.ts'
import { EXIT } from '../exit-codes.ts'
import { findConfig, reloadIfRunning } from '../local-config.ts'
import { repeatable } from '../option-values.ts'
import { checkLines } from '../output/check-lines.ts'
import { printable } from '../output/escape.ts'
import type { Runner } from '../program.ts'

interface AddFlags {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecretFile?: string
  readonly title?: string
  readonly domain?: string[]
  readonly autoJoin?: true
  readonly groupClaim?: string[]
  readonly group?: Readonly<Record<string, string>>
  readonly test: boolean
}

/** `sallyport idp …`: who else says who people are. */
export function idpCommands(program: Command, run: Runner): void {
  const idp = program.command('idp').description('identity providers that people sign in with')

  const list = idp
    .command('ls')
    .alias('list')
    .description('list them; for who may read the configuration, with issuer and state')
    .action(
      run(async (context) => {
        const { signal } = context
        const empty = 'people sign in with passkeys; no identity provider is set up'
        const detailed = await context.daemon.call('idp.list', {}, { signal }).catch(orNotForMe)
        if (detailed === undefined) {
          const { methods } = await context.daemon.call('auth.state', {}, { signal })
          const columns = [
            { title: 'NAME', value: (row: { name: string; title: string }) => row.name },
            { title: 'TITLE', value: (row: { name: string; title: string }) => row.title },
          ]
          context.printList(methods.providers, columns, empty)
          return undefined
        }
        context.printList(
          detailed.providers,
          [
            { title: 'NAME', value: (row: IdentityProvider) => row.name },
            { title: 'TITLE', value: (row) => row.title },
            { title: 'ISSUER', value: (row) => row.issuer },
            { title: 'PEOPLE', value: (row) => String(row.identities), alignRight: true },
            { title: 'STATE', value: (row) => (row.state === 'ready' ? 'ready' : `failed: ${row.detail}`) },
          ],
          empty,
        )
        return undefined
      }),
    )
  examples(list, 'sallyport idp ls', 'sallyport idp ls --json=name,state')

  const add = idp
    .command('add <name>')
    .description('on the gateway’s machine: add one to sallyport.toml, after it was tested')
    .requiredOption('--issuer <url>', 'to the letter as the provider calls itself')
    .requiredOption('--client-id <id>', 'what the provider calls this gateway')
    .option('--client-secret-file <file>', 'file that only the gateway’s user may read; without it a public client')
    .option('--title <text>', 'what people read on the button; the name, where it is left out')
    .addOption(repeatable('--domain <domain>', 'mail domain that the provider speaks for'))
    .option('--auto-join', 'whoever has an address of these domains gets a member’s account')
    .addOption(repeatable('--group-claim <claim>', 'claim that holds groups'))
    .addOption(groupOption())
    .option('--no-test', 'do not ask the provider first')
    .action(
      run(async (context, command) => {
        const [name = ''] = command.args
        const flags = command.opts<AddFlags>()
        const config = await findConfig(context)
        const { addProvider, configWithProvider, redirectUriOf, testProvider } = await import('@sallyport/gateway')
        const provider = providerOf(flags)
        const { config: wanted } = configWithProvider(config.place, name, provider)
        const redirectUri = config.redirectUri ?? redirectUriOf(wanted)
        const setting = wanted.oidc.providers[name]
        if (flags.test && setting !== undefined) {
          const checks = await testProvider({ setting, redirectUri, ...config.place, now: Date.now })
          const bad = checks.filter(({ status }) => status === 'warn' || status === 'fail')
          const { stderr } = context.terminal
          if (!context.options.quiet) stderr.write(checkLines(bad, stderr))
          if (checks.some(({ status }) => status === 'fail')) {
            throw new CommandError('check.problems-found', `${name} was not added: nobody could sign in with it`, {
              fix: 'mend what is marked ✗; --no-test adds it all the same',
              details: checks,
            })
          }
        }
        const file = addProvider(config.place, name, provider)
        const running = await reloadIfRunning(context, config)
        const added = { name, issuer: flags.issuer, redirect_uri: redirectUri, file, in_force: running }
        context.print(added, () => `${name} was added; its redirect URI, to be registered there:\n  ${redirectUri}\n`)
        if (!running) context.note('no gateway runs here: it counts from the next start')
        return undefined
      }),
    )
  examples(
    add,
    'sallyport idp add work --issuer https://login.example.com --client-id sallyport --domain example.com --auto-join',
    'sallyport idp add work --issuer https://login.example.com --client-id sallyport --group-claim groups --group "Data Base=dba"',
  )

  const test = idp
    .command('test <name>')
    .description('on the gateway’s machine: look at everything a sign-in with it needs, and say how to mend it')
    .action(
      run(async (context, command) => {
        const [name = ''] = command.args
        const { place, redirectUri } = await findConfig(context)
        const { GatewayError, loadConfig, redirectUriOf, testProvider } = await import('@sallyport/gateway')
        const { config } = loadConfig(place)
        const { providers } = config.oidc
        const setting = Object.hasOwn(providers, name) ? providers[name] : undefined
        if (setting === undefined) {
          throw new GatewayError('config.invalid', `there is no provider “${name}” in the configuration`, {
            fix: 'sallyport idp ls',
          })
        }
        const uri = redirectUri ?? redirectUriOf(config)
        const checks = await testProvider({ setting, redirectUri: uri, ...place, now: Date.now })
        context.print(checks, () => checkLines(checks, context.terminal.stdout))
        return checks.some(({ status }) => status === 'fail') ? EXIT.problemsFound : EXIT.ok
      }),
    )
  examples(test, 'sallyport idp test work', 'sallyport idp test work --json=id,status,fix')

  const remove = idp
    .command('rm <name>')
    .description('on the gateway’s machine: take one out of sallyport.toml; nobody signs in with it any more')
    .action(
      run(async (context, command) => {
        const [name = ''] = command.args
        const config = await findConfig(context)
        await confirmByName(context, `this takes ${name} away: nobody signs in with it any more`, name)
        const { removeProvider } = await import('@sallyport/gateway')
        const file = removeProvider(config.place, name)
        const running = await reloadIfRunning(context, config)
        context.print({ name, file, in_force: running }, () => `${name} was taken out of ${printable(file)}\n`)
        if (!running) context.note('no gateway runs here: it counts from the next start')
        return undefined
      }),
    )
  examples(remove, 'sallyport idp rm work', 'sallyport idp rm work --yes')
}

function providerOf(flags: AddFlags) {
  const { issuer, clientId, clientSecretFile, title, domain, autoJoin, group } = flags
  // Values alone mean nothing without the claim that holds them; `groups` is what most providers call it.
  const claims = flags.groupClaim ?? (group === undefined ? undefined : ['groups'])
  return {
    ...(title === undefined ? {} : { title }),
    issuer,
    client_id: clientId,
    ...(clientSecretFile === undefined ? {} : { client_secret_file: resolve(clientSecretFile) }),
    ...(domain === undefined ? {} : { domains: domain }),
    ...(autoJoin === undefined ? {} : { auto_join: true }),
    ...(claims === undefined ? {} : { groups_claims: claims }),
    ...(group === undefined ? {} : { groups: group }),
  }
}

/** `--group VALUE=NAME`: the last `=` parts them, so that values may hold others. */
function groupOption(): Option {
  const option = repeatable('--group <value=name>', 'value of such a claim, and the group of the policy it means')
  option.argParser((text: string, before: Readonly<Record<string, string>> | undefined) => {
    const at = text.lastIndexOf('=')
    if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('Write the claim’s value, “=” and the group.')
    return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
  })
  return option
}

/** Undefined for who may not read the configuration, or has not signed in: they see what the sign-in page shows. */
async function orNotForMe(error: unknown): Promise<undefined> {
  const { ApiError } = await import('@sallyport/api')
  if (error instanceof ApiError && (error.reason === 'caller.not-allowed' || error.reason === 'caller.unknown'))
    return undefined
  throw error
}
