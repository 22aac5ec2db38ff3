import type { Command } from 'commander'
import { examples } from '../examples.ts'
import type { Runner } from '../program.ts'
import { renderSshConfig } from '../render-ssh-config.ts'

/** `sallyport ssh-config`: what a client's ~/.ssh/config needs. */
export function sshConfigCommand(program: Command, run: Runner): void {
  const command = program
    .command('ssh-config')
    .description('print what a client’s ~/.ssh/config and known_hosts need to reach the targets')
    .option('--gateway <host>', 'name or address by which clients reach this gateway')
    .option('--user <user>', 'your login name at the gateway')
    .option('--known-hosts', 'print the known_hosts lines instead')
    .action(
      run(async (context, chosen) => {
        const { gateway, user, knownHosts } = chosen.opts<{ gateway?: string; user?: string; knownHosts?: true }>()
        const facts = await context.verbatimDaemon.call('daemon.ssh-config', {}, { signal: context.signal })
        const rendered = renderSshConfig(facts, { gateway: gateway ?? facts.hostname, user })
        context.print(rendered, () => (knownHosts === true ? rendered.known_hosts : rendered.ssh_config))
        if (knownHosts !== true) context.note('the gateway’s host keys for known_hosts: add --known-hosts')
        return undefined
      }),
    )
  examples(
    command,
    'sallyport ssh-config --gateway gw.example.com > ~/.ssh/sallyport.conf',
    'sallyport ssh-config --gateway gw.example.com --known-hosts >> ~/.ssh/known_hosts',
  )
}
