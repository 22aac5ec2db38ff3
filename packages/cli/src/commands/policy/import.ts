import { basename } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { CommandError } from '../../command-error.ts'
import { examples } from '../../examples.ts'
import { repeatable } from '../../option-values.ts'
import { printable } from '../../output/escape.ts'
import type { Runner } from '../../program.ts'
import { readText } from '../../read-text.ts'

const USUAL_CONFIG = '/etc/ssh/sshd_config'

/** `sallyport policy import`: a first policy from what a jump host of OpenSSH lets people reach. */
export function importPolicyCommand(policy: Command, run: Runner): void {
  const imported = policy
    .command('import [sshd_config]')
    .description('print a policy made from the sshd_config of an OpenSSH jump host; changes nothing')
    .addOption(
      repeatable(
        '--users-from <file>',
        'accounts and groups, as /etc/passwd and /etc/group have them (- for standard input)',
      ),
    )
    .addOption(repeatable('--hosts-from <file>', 'addresses of names, as /etc/hosts has them'))
    .addOption(new Option('--domain <domain>', 'alice becomes alice@<domain> instead of alice').argParser(domain))
    .option('--no-lookup', 'ask no resolver for the addresses of names')
    .action(
      run(async (context, command) => {
        const { usersFrom = [], hostsFrom = [], lookup, domain: of } = command.opts<ImportFlags>()
        const path = command.args[0] ?? USUAL_CONFIG
        const [{ readAccounts }, { filesBeside, lookUp, readHosts }, { readSshdConfig, SshdConfigFault }, maker] =
          await Promise.all([
            import('../../import/accounts.ts'),
            import('../../import/read-sshd-files.ts'),
            import('../../import/sshd-config-file.ts'),
            import('../../import/policy-from-sshd-config.ts'),
          ])
        const texts = (files: readonly string[]) => Promise.all(files.map((file) => readText(file, context.terminal)))
        const main = { name: basename(path), text: await readText(path, context.terminal) }
        const accounts = readAccounts(await texts(usersFrom))
        const known = readHosts(await texts(hostsFrom))
        const config = await readSshdConfig(main, filesBeside(path)).catch((error: unknown) => {
          if (!(error instanceof SshdConfigFault)) throw error
          throw new CommandError('usage.invalid', `${error.place}: ${error.message}`, {
            fix: `sshd -t -f ${path}`,
            cause: error,
          })
        })
        const names = maker.hostNamesOf(config)
        const addresses = lookup ? await lookUp(names, known, { signal: context.signal }) : known
        const made = maker.policyFromSshdConfig(config, accounts, {
          addresses,
          ...(of === undefined ? {} : { domain: of }),
        })
        if (context.options.json === undefined)
          for (const { place, text } of made.notes)
            context.note(printable(place === undefined ? `note: ${text}` : `${place}: ${text}`))
        const notes = made.notes.map(({ place, text }) => ({ place: place ?? null, text }))
        context.print({ text: made.text, notes }, () => made.text)
        return undefined
      }),
    )
  examples(
    imported,
    'sallyport policy import /etc/ssh/sshd_config --users-from /etc/passwd --users-from /etc/group > policy.hujson',
    'sallyport policy import sshd_config --hosts-from hosts --no-lookup --domain example.com',
  )
}

interface ImportFlags {
  readonly usersFrom?: readonly string[]
  readonly hostsFrom?: readonly string[]
  readonly lookup: boolean
  readonly domain?: string
}

function domain(text: string): string {
  if (/^[a-z0-9](?:[a-z0-9.-]{0,200}[a-z0-9])?$/i.test(text)) return text.toLowerCase()
  throw new InvalidArgumentError('Write a domain such as example.com.')
}
