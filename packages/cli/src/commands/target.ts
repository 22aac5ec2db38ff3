import { join } from 'node:path'
import type { Target, TargetChange, TargetInput } from '@sallyport/api'
import type { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import { confirmByName } from '../confirm.ts'
import { examples } from '../examples.ts'
import { portNumber, repeatable } from '../option-values.ts'
import { printable, printableLines } from '../output/escape.ts'
import { renderFacts } from '../output/facts.ts'
import { formatTime } from '../output/values.ts'
import { ownHome } from '../own-home.ts'
import type { Runner } from '../program.ts'
import { readText } from '../read-text.ts'
import type { Terminal } from '../terminal.ts'

const SSH_PORT = 22

/** `sallyport target …`: the machines behind the gateway. */
export function targetCommands(program: Command, run: Runner): void {
  const target = program.command('target').description('the machines behind the gateway')

  const list = target
    .command('ls')
    .alias('list')
    .description('list them')
    .option('-t, --tag <tag>', 'only those with this tag')
    .action(
      run(async (context, command) => {
        const { tag } = command.opts<{ tag?: string }>()
        const { targets } = await context.daemon.call('target.list', {}, { signal: context.signal })
        const wanted = tag === undefined ? undefined : withPrefix(tag)
        context.printList(
          wanted === undefined ? targets : targets.filter(({ tags }) => tags.includes(wanted)),
          [
            { title: 'NAME', value: (row: Target) => row.name },
            { title: 'ADDRESS', value: (row) => row.address },
            { title: 'PORT', value: (row) => String(row.port), alignRight: true },
            { title: 'TAGS', value: (row) => row.tags.join(' ') },
            { title: 'HOST KEYS', value: (row) => row.host_keys.map((line) => line.split(' ')[0] ?? '').join(' ') },
          ],
          wanted === undefined
            ? 'the inventory is empty; add one with: sallyport target add NAME ADDRESS'
            : `no target carries ${wanted}`,
        )
        return undefined
      }),
    )
  examples(list, 'sallyport target ls', 'sallyport target ls --tag prod --json=name,address')

  const add = target
    .command('add <name> <address>')
    .description('add one, by IP address or DNS name')
    .option('-p, --port <port>', 'TCP port', portNumber, SSH_PORT)
    .addOption(repeatable('-t, --tag <tag>', 'policy tag, with or without tag:'))
    .option('--host-key <file>', 'file of host keys it is known by, e.g. from ssh-keyscan (- for standard input)')
    .action(
      run(async (context, command) => {
        const [name = '', address = ''] = command.args
        const { port, tag = [], hostKey } = command.opts<{ port: number; tag?: string[]; hostKey?: string }>()
        const added = await context.daemon.call('target.add', {
          name,
          address,
          port,
          tags: tag.map(withPrefix),
          host_keys: hostKey === undefined ? [] : await hostKeysOf(hostKey, await readText(hostKey, context.terminal)),
        })
        const tags = added.tags.length === 0 ? '' : `, ${added.tags.join(' ')}`
        context.print(added, () => `${added.name} is ${added.address} port ${added.port}${tags}\n`)
        return undefined
      }),
    )
  examples(
    add,
    'sallyport target add db1 10.0.0.7 --tag prod --tag db',
    'ssh-keyscan 10.0.0.8 | sallyport target add web1 10.0.0.8 --host-key -',
  )

  const show = target
    .command('show <target>')
    .description('show one, by name or id')
    .action(
      run(async (context, command) => {
        const [name = ''] = command.args
        const shown = await context.daemon.call('target.show', { target: name }, { signal: context.signal })
        context.print(shown, () => describe(shown))
        return undefined
      }),
    )
  examples(show, 'sallyport target show db1')

  const edit = target
    .command('edit <target>')
    .description('change where it is, its tags or its host keys; ends what is no longer allowed')
    .option('--address <address>', 'another IP address or DNS name')
    .option('-p, --port <port>', 'another TCP port', portNumber)
    .addOption(repeatable('-t, --tag <tag>', 'policy tag, with or without tag:, instead of those it has'))
    .option('--no-tags', 'take its tags away')
    .option('--host-key <file>', 'file of host keys instead of those it is known by (- for standard input)')
    .action(
      run(async (context, command) => {
        const [name = ''] = command.args
        const change = await changeFrom(command.opts<EditFlags>(), context.terminal)
        const changed = await context.daemon.call('target.update', { target: name, ...change })
        context.print(changed, () => describe(changed))
        if (change.address !== undefined || change.host_keys !== undefined)
          context.note(`where it is enrolled, enrol it again: sallyport target enrol ${changed.name}`)
        return undefined
      }),
    )
  examples(
    edit,
    'sallyport target edit db1 --tag prod --tag db',
    'sallyport target edit db1 --address 10.0.0.9 -p 2222',
  )

  const remove = target
    .command('rm <target>')
    .description('remove one from the inventory')
    .action(
      run(async (context, command) => {
        const [name = ''] = command.args
        await confirmByName(context, `this removes ${name} from the inventory`, name)
        const removed = await context.daemon.call('target.remove', { target: name })
        context.print(removed, () => `${removed.name} was removed\n`)
        return undefined
      }),
    )
  examples(remove, 'sallyport target rm db1')

  const enrol = target
    .command('enrol <target>')
    .description('print the script that makes its sshd believe our certificates, or run it there')
    .option(
      '--host-key <file>',
      'file with the host key to sign (- for standard input); the one it is known by unless told',
    )
    .addOption(repeatable('--name <host>', 'another name by which people reach it'))
    .option('--run <destination>', 'run it there: USER@HOST for ssh; as root, or with sudo')
    .action(
      run(async (context, command) => {
        const [name = ''] = command.args
        const flags = command.opts<{ hostKey?: string; name?: string[]; run?: string }>()
        const { hostKey, name: names = [], run: destination } = flags
        const keys = hostKey === undefined ? [] : await hostKeysOf(hostKey, await readText(hostKey, context.terminal))
        const { enrolBySsh, requireDestination } = await import('../enrol-by-ssh.ts')
        if (destination !== undefined) requireDestination(destination)
        const made = await context.verbatimDaemon.call('target.enrol', {
          target: name,
          names,
          ...(keys[0] === undefined ? {} : { host_key: keys[0] }),
        })
        if (!made.files.some(({ path }) => path.endsWith('-cert.pub')))
          context.note(
            `no host key of ${made.target} is known: it gets no host certificate; give one with --host-key FILE`,
          )
        if (destination === undefined) {
          context.print(made, () => printableLines(made.script))
          return undefined
        }
        const status = await enrolBySsh(destination, made.script, context)
        if (status === 0) context.print(made, () => `${made.target} believes our certificates now\n`)
        return status
      }),
    )
  examples(
    enrol,
    'sallyport target enrol db1 --run root@db1.example.com',
    'sallyport target enrol db1 --host-key ssh_host_ed25519_key.pub > enrol.sh',
  )

  const imported = target
    .command('import [ssh_config]')
    .description('add the hosts of an ssh_config, with their host keys from known_hosts')
    .option('--known-hosts <file>', 'known_hosts file; ~/.ssh/known_hosts unless told')
    .addOption(repeatable('-t, --tag <tag>', 'tag for all of them'))
    .option('--replace', 'replace targets whose name is taken; without, they are left as they are')
    .option('--dry-run', 'say what would happen, change nothing')
    .action(
      run(async (context, command) => {
        const {
          knownHosts,
          tag = [],
          replace,
          dryRun,
        } = command.opts<{ knownHosts?: string; tag?: string[]; replace?: true; dryRun?: true }>()
        const config = command.args[0] ?? join(ownHome(), '.ssh/config')
        const known = knownHosts ?? join(ownHome(), '.ssh/known_hosts')
        const knownText = await readText(known, context.terminal).catch((error: unknown) => {
          if (knownHosts !== undefined) throw error
          return '' // the usual place may be empty
        })
        const { targetsFromSshConfig } = await import('../import/targets-from-ssh-config.ts')
        const { targets, left } = await targetsFromSshConfig(
          config,
          await readText(config, context.terminal),
          knownText,
        )
        const tagged: TargetInput[] = targets.map((found) => ({ ...found, tags: tag.map(withPrefix) }))
        if (tagged.length === 0) {
          throw new CommandError('usage.file-unreadable', `${config} names no host that could be a target`, {
            why: left.map(({ name, why }) => `${name}: ${why}`).join('\n'),
          })
        }
        const result = await context.daemon.call('target.import', {
          targets: tagged,
          on_conflict: replace === true ? 'replace' : 'skip',
          dry_run: dryRun === true,
        })
        context.print({ ...result, left }, () => {
          const would = result.dry_run ? 'would be ' : ''
          const lines = [
            ...result.added.map((name) => `${name}: ${would}added`),
            ...result.replaced.map((name) => `${name}: ${would}replaced`),
            ...result.skipped.map(({ name, why }) => `${name}: left as it is, ${why}`),
            ...left.map(({ name, why }) => `${name}: left out, ${why}`),
          ]
          return lines.map((line) => `${printable(line)}\n`).join('')
        })
        return undefined
      }),
    )
  examples(
    imported,
    'sallyport target import --dry-run',
    'sallyport target import ~/.ssh/config --tag imported --known-hosts /etc/ssh/ssh_known_hosts',
  )
}

interface EditFlags {
  readonly address?: string
  readonly port?: number
  readonly tag?: readonly string[]
  /** `--no-tags`. */
  readonly tags: boolean
  readonly hostKey?: string
}

async function changeFrom({ address, port, tag, tags, hostKey }: EditFlags, terminal: Terminal): Promise<TargetChange> {
  if (tag !== undefined && !tags)
    throw new CommandError('usage.invalid', '--tag and --no-tags say different things', { fix: 'give one of them' })
  const change: TargetChange = {
    ...(address !== undefined && { address }),
    ...(port !== undefined && { port }),
    ...(tag !== undefined && { tags: tag.map(withPrefix) }),
    ...(!tags && { tags: [] }),
    ...(hostKey !== undefined && { host_keys: await hostKeysOf(hostKey, await readText(hostKey, terminal)) }),
  }
  if (Object.keys(change).length > 0) return change
  throw new CommandError('usage.invalid', 'there is nothing to change', {
    fix: 'add --address, --port, --tag, --no-tags or --host-key',
  })
}

function describe(target: Target): string {
  return renderFacts([
    ['name', target.name],
    ['address', target.address],
    ['port', String(target.port)],
    ['tags', target.tags.join(' ')],
    ['id', target.id],
    ['added', formatTime(target.created_at)],
    ...target.host_keys.map((line) => ['host key', line] as const),
  ])
}

/** `prod` is `tag:prod`. */
function withPrefix(tag: string): string {
  return tag.startsWith('tag:') ? tag : `tag:${tag}`
}

async function hostKeysOf(file: string, text: string): Promise<string[]> {
  const { hostKeyLines } = await import('../host-key-lines.ts') // only here is the SSH library needed
  return hostKeyLines(file, text)
}
