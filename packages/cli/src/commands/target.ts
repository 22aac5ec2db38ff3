import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Target, TargetInput } from '@sallyport/api'
import type { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import { confirmByName } from '../confirm.ts'
import { targetsFromSshConfig } from '../import/targets-from-ssh-config.ts'
import { printable } from '../output/escape.ts'
import { formatTime } from '../output/values.ts'
import type { Runner } from '../program.ts'
import { readText } from '../read-text.ts'

/** `sallyport target …`: the machines behind the gateway. */
export function targetCommands(program: Command, run: Runner): void {
  const target = program.command('target').description('The machines behind the gateway')

  target
    .command('ls')
    .alias('list')
    .description('list them')
    .option('--tag <tag>', 'only those with this tag')
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
          'the inventory is empty; add one with: sallyport target add NAME ADDRESS',
        )
        return undefined
      }),
    )

  target
    .command('add <name> <address>')
    .description('add one, by IP address or DNS name')
    .option('-p, --port <port>', 'TCP port', Number, 22)
    .option(
      '-t, --tag <tag>',
      'policy tag, with or without tag:; may be given again',
      (value, all: string[]) => [...all, value],
      [],
    )
    .option('--host-key <file>', 'file of host keys it is known by, e.g. from ssh-keyscan')
    .addHelpText('after', '\nExample:\n  sallyport target add db1 10.0.0.7 --tag prod')
    .action(
      run(async (context, command) => {
        const [name = '', address = ''] = command.args
        const { port, tag, hostKey } = command.opts<{ port: number; tag: string[]; hostKey?: string }>()
        const keys = hostKey === undefined ? [] : hostKeyLines(await readText(hostKey, context.terminal))
        const added = await context.daemon.call('target.add', {
          name,
          address,
          port,
          tags: tag.map(withPrefix),
          host_keys: keys,
        })
        context.print(
          added,
          () =>
            `${added.name} is ${added.address} port ${added.port}${added.tags.length === 0 ? '' : `, ${added.tags.join(' ')}`}\n`,
        )
        return undefined
      }),
    )

  target
    .command('show <target>')
    .description('show one, by name or id')
    .action(
      run(async (context, command) => {
        const shown = await context.daemon.call(
          'target.show',
          { target: command.args[0] ?? '' },
          { signal: context.signal },
        )
        context.print(shown, () => describe(shown))
        return undefined
      }),
    )

  target
    .command('rm <target>')
    .description('remove one from the inventory')
    .action(
      run(async (context, command) => {
        const name = command.args[0] ?? ''
        await confirmByName(context, `This removes ${name} from the inventory`, name)
        const removed = await context.daemon.call('target.remove', { target: name })
        context.print(removed, () => `${removed.name} was removed\n`)
        return undefined
      }),
    )

  target
    .command('import [ssh_config]')
    .description('add the hosts of an ssh_config, with their host keys from known_hosts')
    .option('--known-hosts <file>', 'known_hosts file; ~/.ssh/known_hosts unless told')
    .option('-t, --tag <tag>', 'tag for all of them; may be given again', (value, all: string[]) => [...all, value], [])
    .option('--replace', 'replace targets whose name is taken; without, they are left as they are', false)
    .option('--dry-run', 'say what would happen, change nothing', false)
    .addHelpText('after', '\nExample:\n  sallyport target import ~/.ssh/config --tag imported --dry-run')
    .action(
      run(async (context, command) => {
        const { knownHosts, tag, replace, dryRun } = command.opts<{
          knownHosts?: string
          tag: string[]
          replace: boolean
          dryRun: boolean
        }>()
        const config = command.args[0] ?? join(homedir(), '.ssh/config')
        const known = knownHosts ?? join(homedir(), '.ssh/known_hosts')
        const knownText = await readText(known, context.terminal).catch((error: unknown) => {
          if (knownHosts !== undefined) throw error
          return '' // the usual place may be empty
        })
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
          on_conflict: replace ? 'replace' : 'skip',
          dry_run: dryRun,
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
}

function describe(target: Target): string {
  const rows = [
    ['name', target.name],
    ['address', target.address],
    ['port', String(target.port)],
    ['tags', target.tags.join(' ')],
    ['id', target.id],
    ['added', formatTime(target.created_at)],
    ...target.host_keys.map((line) => ['host key', line]),
  ]
  return rows
    .filter(([, value]) => value !== '')
    .map(([title = '', value = '']) => `${title.padEnd(10)}${printable(value)}\n`)
    .join('')
}

/** `prod` is `tag:prod`. */
function withPrefix(tag: string): string {
  return tag.startsWith('tag:') ? tag : `tag:${tag}`
}

/** `type base64` of each key line, with or without the host that ssh-keyscan puts in front. */
function hostKeyLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => /(?:^|\s)((?:ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/]+=*)/.exec(line.trim())?.[1])
    .filter((line) => line !== undefined)
}
