import { type Command, Option } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { certificateSpan } from '../option-values.ts'
import { printable } from '../output/escape.ts'
import { renderFacts } from '../output/facts.ts'
import { formatTime } from '../output/values.ts'
import type { Runner } from '../program.ts'

interface LoginFlags {
  readonly device?: true
  readonly browser?: true
  readonly tokenStdin?: true
  readonly ttl?: number
  readonly agent: boolean
  readonly open: boolean
}

/** `login`, `logout`, `whoami`: who the person at this terminal is to a gateway. */
export function loginCommands(program: Command, run: Runner): void {
  const login = program
    .command('login')
    .description('sign in to a gateway, and put a short-lived SSH certificate into the ssh-agent')
    .addOption(
      new Option('--device', 'show a code to approve in a browser elsewhere').conflicts(['browser', 'tokenStdin']),
    )
    .addOption(new Option('--browser', 'sign in with the browser of this machine').conflicts('tokenStdin'))
    .option('--token-stdin', 'read an API token from standard input')
    .option('--ttl <span>', 'how long the certificate is valid, from 1m to 24h; 9h unless told', certificateSpan)
    .option('--no-agent', 'keep the key in a file that only you can read')
    .option('--no-open', 'show the address, open no browser')
    .action(
      run(async (context, command) => {
        const { login: signIn } = await import('../login/login.ts')
        const { agent, open, ttl, device, browser, tokenStdin } = command.opts<LoginFlags>()
        const way = tokenStdin === true ? 'token' : device === true ? 'code' : browser === true ? 'browser' : undefined
        const done = await signIn(context, { way, agent, open, ...(ttl === undefined ? {} : { seconds: ttl }) })
        context.print(done, () =>
          renderFacts([
            ['signed in', `to ${done.server} as ${printable(done.user)}, ${done.role}`],
            ['until', done.expires_at === null ? '' : formatTime(done.expires_at)],
            [
              'certificate',
              done.certificate === null
                ? ''
                : `until ${formatTime(done.certificate.valid_before)}, ${done.certificate.agent ? 'in the ssh-agent' : 'in files'}`,
            ],
            ['logins', done.certificate?.logins.map(printable).join(', ') ?? ''],
          ]),
        )
        if (done.certificate?.logins.length === 0)
          context.note('no `ssh` rule of the policy gives you a login: enrolled targets will refuse this certificate')
        if (done.certificate !== null && !done.ssh_config)
          context.note('for plain `ssh`, once: sallyport ssh-config --write')
        return undefined
      }),
    )
  examples(
    login,
    'sallyport login --server https://gw.example.com:8443',
    'sallyport login --device --ttl 1h',
    'sallyport login --token-stdin < token',
  )

  const logout = program
    .command('logout')
    .description('sign out, and forget the key and its certificate')
    .option('--all', 'of every gateway')
    .action(
      run(async (context, command) => {
        const { logout: signOut } = await import('../login/logout.ts')
        const ended = await signOut(context, { all: command.opts<{ all?: true }>().all === true })
        context.print(ended, () => ended.map(({ server }) => `signed out of ${server}\n`).join(''))
        if (ended.length === 0) context.note('nobody was signed in')
        return undefined
      }),
    )
  examples(logout, 'sallyport logout', 'sallyport logout --all')

  const whoami = program
    .command('whoami')
    .description('say as whom you are signed in')
    .action(
      run(async (context) => {
        const who = await whoIs(context)
        context.print(who, () =>
          renderFacts([
            ['user', who.user],
            ['name', who.display_name],
            ['role', who.role],
            ['gateway', who.server],
            ['proofs', who.factors.join(', ')],
          ]),
        )
        return undefined
      }),
    )
  examples(whoami, 'sallyport whoami', 'sallyport whoami --json=user')
}

async function whoIs(context: CommandContext) {
  const { requireSignedIn } = await import('../login/person.ts')
  const { profile } = requireSignedIn(context)
  const me = await context.daemon.call('me.show', {}, { signal: context.signal })
  const factors = [...me.passkeys.map(() => 'passkey'), ...(me.totp ? ['totp'] : [])]
  return {
    server: profile.server,
    user: me.user,
    display_name: me.display_name,
    role: me.role,
    factors: [...new Set(factors)],
  }
}
