import type { Command } from 'commander'
import { Option } from 'commander'
import type { Runner } from '../program.ts'
import { renderSshConfig } from '../render-ssh-config.ts'

/** `sallyport ssh-config`: what a client's ~/.ssh/config needs. */
export function sshConfigCommand(program: Command, run: Runner): void {
  program
    .command('ssh-config')
    .description('print what a client’s ~/.ssh/config and known_hosts need to reach the targets')
    .option('--gateway <host>', 'name or address by which clients reach this gateway')
    .option('--user <name>', 'your login name at the gateway')
    .addOption(new Option('--known-hosts', 'print only the known_hosts lines').default(false))
    .addHelpText(
      'after',
      '\nExample:\n  sallyport ssh-config --gateway gw.example.com > ~/.ssh/sallyport.conf\n  # and in ~/.ssh/config:  Include sallyport.conf',
    )
    .action(
      run(async (context, command) => {
        const { gateway, user, knownHosts } = command.opts<{ gateway?: string; user?: string; knownHosts: boolean }>()
        const facts = await context.daemon.call('daemon.ssh-config', {}, { signal: context.signal })
        const rendered = renderSshConfig(facts, { gateway: gateway ?? facts.hostname, user })
        context.print(rendered, () =>
          knownHosts
            ? rendered.known_hosts
            : `${rendered.ssh_config}\n# known_hosts lines of the gateway:\n${rendered.known_hosts.replaceAll(/^/gm, '# ').replace(/# $/, '')}`,
        )
        return undefined
      }),
    )
}
