import { realpathSync } from 'node:fs'
import { type Command, Option } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import type { Runner } from '../program.ts'
import type { CertificateUse } from '../ssh-config/render-ssh-config.ts'

interface Flags {
  readonly write?: true
  readonly remove?: true
  readonly print?: true
  readonly knownHosts?: true
  readonly gateway?: string
  readonly user?: string
}

/** `sallyport ssh-config`: what a client's ~/.ssh needs, so that plain `ssh TARGET` goes through the gateway. */
export function sshConfigCommand(program: Command, run: Runner): void {
  const command = program
    .command('ssh-config')
    .description('make plain ssh go through the gateway: lines for ~/.ssh/config and known_hosts')
    .addOption(
      new Option('--write', 'write them to ~/.ssh/sallyport.conf, and include that').conflicts([
        'remove',
        'print',
        'knownHosts',
      ]),
    )
    .addOption(new Option('--remove', 'take them away again').conflicts(['print', 'knownHosts']))
    .option('--print', 'print them, as without any of these')
    .option('--known-hosts', 'print the known_hosts lines instead')
    .option('--gateway <host>', 'name or address by which clients reach this gateway')
    .option('--user <user>', 'your login name at the gateway')
    .action(
      run(async (context, chosen) => {
        const flags = chosen.opts<Flags>()
        const files = await import('../ssh-config/ssh-config-files.ts')
        const { environment } = context.terminal
        if (flags.remove === true) {
          const changed = files.removeSshConfig(environment)
          context.print({ changed }, () => changed.map((path) => `${path}: removed what was ours\n`).join(''))
          if (changed.length === 0) context.note('there was nothing of ours')
          return undefined
        }
        const { renderSshConfig } = await import('../ssh-config/render-ssh-config.ts')
        const facts = await context.verbatimDaemon.call('daemon.ssh-config', {}, { signal: context.signal })
        const remote = context.remote
        const gateway = flags.gateway ?? (remote === undefined ? facts.hostname : hostOf(remote.profile.server))
        const { knownHosts, ownKnownHosts } = files.sshFiles(environment)
        const use = certificateUse(context, files.sshFiles(environment).keys)
        const rendered = renderSshConfig(facts, {
          gateway,
          user: flags.user ?? facts.user ?? undefined,
          ...(use === undefined ? {} : { certificate: use }),
          ...(flags.write === true ? { knownHostsFiles: [knownHosts, ownKnownHosts] } : {}),
        })
        if (flags.write === true) {
          const changed = files.writeSshConfig(rendered, environment)
          context.print({ changed }, () => changed.map((path) => `${path}: written\n`).join(''))
          const names = facts.targets.slice(0, 1).map(({ name }) => name)
          context.note(changed.length === 0 ? 'everything is as it should be' : `now: ssh ${names[0] ?? 'sallyport'}`)
          return undefined
        }
        context.print(rendered, () => (flags.knownHosts === true ? rendered.known_hosts : rendered.ssh_config))
        if (flags.knownHosts !== true) context.note('the host keys for known_hosts: add --known-hosts')
        return undefined
      }),
    )
  examples(
    command,
    'sallyport ssh-config --write',
    'sallyport ssh-config --remove',
    'sallyport ssh-config --gateway gw.example.com --known-hosts >> ~/.ssh/known_hosts',
  )
}

function hostOf(server: string): string {
  return new URL(server).hostname.replace(/^\[|\]$/g, '')
}

/** Where there is a session there are certificates. */
function certificateUse({ remote }: CommandContext, otherKeys: readonly string[]): CertificateUse | undefined {
  if (remote === undefined) return undefined
  const { server } = remote.profile
  const { key, certificate } = remote.profiles.paths(server)
  // ssh's PATH need not be this one.
  return { key, certificate, otherKeys, command: realpathSync(process.argv[1] ?? 'sallyport'), server }
}
