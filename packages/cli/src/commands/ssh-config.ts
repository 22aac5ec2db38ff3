import { realpathSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { alone } from '../alone.ts'
import type { CommandContext } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import { examples } from '../examples.ts'
import type { Runner } from '../program.ts'
import { Profiles } from '../remote/profiles.ts'
import { FIRST_NAME, type GatewayBlock, LOCAL_GATEWAY } from '../ssh-config/gateway-blocks.ts'
import type { CertificateUse } from '../ssh-config/render-ssh-config.ts'

interface Flags {
  readonly write?: true
  readonly remove?: true
  readonly all?: true
  readonly print?: true
  readonly knownHosts?: true
  readonly name?: string
  readonly gateway?: string
  readonly user?: string
}

/** `sallyport ssh-config`: what a client's ~/.ssh needs, so that plain `ssh TARGET` goes through the gateway. */
export function sshConfigCommand(program: Command, run: Runner): void {
  const command = program
    .command('ssh-config')
    .description('make plain ssh go through the gateway: lines for ~/.ssh/config and known_hosts')
    .addOption(
      new Option(
        '--write',
        'write them to ~/.ssh/sallyport.conf, beside those of other gateways, and include that',
      ).conflicts(['remove', 'print', 'knownHosts']),
    )
    .addOption(new Option('--remove', 'take them away again').conflicts(['print', 'knownHosts']))
    .addOption(new Option('--all', 'with --remove: those of every gateway').conflicts(['write', 'print', 'name']))
    .option('--print', 'print them, as without any of these')
    .option('--known-hosts', 'print the known_hosts lines instead')
    .option('--name <name>', 'what ssh calls the gateway; sallyport for the first one')
    .option('--gateway <host>', 'name or address by which clients reach this gateway')
    .option('--user <user>', 'your login name at the gateway')
    .action(
      run(async (context, chosen) => {
        const flags = chosen.opts<Flags>()
        if (flags.remove === true) return remove(context, flags)
        if (flags.all === true) throw new CommandError('usage.invalid', '--all goes with --remove')
        return write(context, flags)
      }),
    )
  examples(
    command,
    'sallyport ssh-config --write',
    'sallyport ssh-config --write --server https://gw.example.com:8443 --name work',
    'sallyport ssh-config --remove --name work',
    'sallyport ssh-config --gateway gw.example.com --known-hosts >> ~/.ssh/known_hosts',
  )
}

async function write(context: CommandContext, flags: Flags): Promise<undefined> {
  const files = await import('../ssh-config/ssh-config-files.ts')
  const { renderSshConfig } = await import('../ssh-config/render-ssh-config.ts')
  const { remote, terminal, signal } = context
  const { environment } = terminal
  const facts = await context.verbatimDaemon.call('daemon.ssh-config', {}, { signal })
  const { knownHosts, keys } = files.sshFiles(environment)
  const use = certificateUse(context, keys)
  const common = {
    gateway: flags.gateway ?? (remote === undefined ? facts.hostname : hostOf(remote.profile.server)),
    user: flags.user ?? facts.user ?? undefined,
    ...(use === undefined ? {} : { certificate: use }),
  }
  if (flags.write !== true) {
    const rendered = renderSshConfig(facts, { ...common, name: flags.name ?? FIRST_NAME })
    context.print(rendered, () => (flags.knownHosts === true ? rendered.known_hosts : rendered.ssh_config))
    if (flags.knownHosts !== true) context.note('the host keys for known_hosts: add --known-hosts')
    return undefined
  }
  const server = serverOf(context)
  const lines = facts.host_keys.map(({ line }) => line)
  const { place, changed } = await alone(new Profiles(environment).lock, signal, () => {
    const place = files.placeOf(server, lines, flags.name, environment)
    const rendered = renderSshConfig(facts, {
      ...common,
      name: place.name,
      taken: place.taken,
      knownHostsFiles: [knownHosts, files.knownHostsOf(place.name, environment)],
    })
    return { place, changed: files.writeSshConfig(server, place, rendered, environment) }
  })
  context.print({ name: place.name, changed }, () => changed.map((path) => `${path}: written\n`).join(''))
  for (const { name } of facts.targets.filter((target) => place.taken.has(target.name)))
    context.note(`another gateway has a ${name} too: this one’s is ${name}.${place.name}`)
  const free = facts.targets.find((target) => !place.taken.has(target.name))
  context.note(changed.length === 0 ? 'everything is as it should be' : `now: ssh ${free?.name ?? place.name}`)
  return undefined
}

async function remove(context: CommandContext, flags: Flags): Promise<undefined> {
  const { removeSshConfig, writtenGateways } = await import('../ssh-config/ssh-config-files.ts')
  const { environment } = context.terminal
  const { written, gone, changed } = await alone(new Profiles(environment).lock, context.signal, () => {
    const written = writtenGateways(environment)
    const gone = flags.all === true ? written : meant(context, written, flags.name)
    return { written, gone, changed: gone.length === 0 ? [] : removeSshConfig(gone, environment) }
  })
  context.print({ changed }, () => changed.map((path) => `${path}: removed what was ours\n`).join(''))
  const left = written.filter((each) => !gone.includes(each))
  if (gone.length === 0 && left.length === 0) context.note('there was nothing of ours')
  else if (left.length > 0) {
    const others = left.map(({ name, server }) => `${name} (${server})`).join(', ')
    context.note(gone.length === 0 ? `that gateway is not there; these are: ${others}` : `still there: ${others}`)
  }
  return undefined
}

/** The one that is named; else the command's own gateway, or the only one there is. */
function meant(
  context: CommandContext,
  written: readonly GatewayBlock[],
  name: string | undefined,
): readonly GatewayBlock[] {
  if (name !== undefined) return written.filter((each) => each.name === name)
  const own = written.filter(({ server }) => server === serverOf(context))
  return own.length === 0 && written.length === 1 && context.options.server === undefined ? written : own
}

function serverOf({ remote }: CommandContext): string {
  return remote?.profile.server ?? LOCAL_GATEWAY
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
