import type { Status } from '@sallyport/api'
import type { Command } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { formatBytes, formatTime } from '../output/values.ts'
import type { Runner } from '../program.ts'

/** The commands that are the daemon, or speak of it as a whole. */
export function daemonCommands(program: Command, run: Runner): void {
  program
    .command('up')
    .description('run the gateway, in the foreground; makes everything it needs at the first start')
    .option('--config <file>', 'another file than sallyport.toml in the state directory')
    .option(
      '--listen <address:port>',
      'where the SSH door listens; may be given again',
      (value, all: string[]) => [...all, value],
      [],
    )
    .action(
      run(async (context, command) => {
        const { config, listen } = command.opts<{ config?: string; listen: string[] }>()
        const { runGateway } = await import('@sallyport/gateway')
        return runGateway({
          stateDirectory: context.stateDirectory,
          environment: context.terminal.environment,
          ...(config === undefined ? {} : { configFile: config }),
          ...(listen.length === 0 ? {} : { flags: { 'listen.ssh': listen } }),
        })
      }),
    )

  program
    .command('init')
    .description('make the state directory, keys, policy and first admin, and do not start')
    .action(
      run(async (context) => {
        const { initGateway } = await import('@sallyport/gateway')
        const result = await initGateway({
          stateDirectory: context.stateDirectory,
          environment: context.terminal.environment,
        })
        context.print(result, () => result.text)
        return EXIT.ok
      }),
    )

  program
    .command('status')
    .description('say what the gateway is and does right now')
    .action(
      run(async (context) => {
        const status = await context.daemon.call('daemon.status', {}, { signal: context.signal })
        context.print(status, () => describe(status))
        return EXIT.ok
      }),
    )

  program
    .command('reload')
    .description('read configuration again; one with errors is refused and the old one stays')
    .action(
      run(async (context) => {
        const reloaded = await context.daemon.call('daemon.reload', {}, { signal: context.signal })
        context.print(reloaded, () => {
          const changed =
            reloaded.changed.length === 0 ? 'nothing changed' : `in force now: ${reloaded.changed.join(', ')}`
          return `${changed}\n${reloaded.restart_needed.length === 0 ? '' : `after a restart: ${reloaded.restart_needed.join(', ')}\n`}`
        })
        return EXIT.ok
      }),
    )
}

function describe(status: Status): string {
  const rows = [
    ['phase', status.phase],
    ['version', `${status.version} on Node ${status.node}, pid ${status.pid}`],
    ['since', formatTime(status.started_at)],
    ['state', status.state_dir],
    [
      'listens',
      status.listeners
        .map(({ name, address, port }) => `${name} ${address.includes(':') ? `[${address}]` : address}:${port}`)
        .join(', '),
    ],
    ['users', String(status.users)],
    ['targets', String(status.targets)],
    ['sessions', `${status.sessions}, with ${status.passages} passages`],
    ['policy', `version ${status.policy_version}`],
    ['audit', `${status.audit_entries} entries`],
    ['memory', formatBytes(status.memory_bytes)],
  ]
  return rows.map(([title = '', value = '']) => `${title.padEnd(10)}${value}\n`).join('')
}
