import type { Status } from '@sallyport/api'
import type { Command } from 'commander'
import { examples } from '../examples.ts'
import { repeatable } from '../option-values.ts'
import { counted } from '../output/count.ts'
import { renderFacts } from '../output/facts.ts'
import { formatBytes, formatTime } from '../output/values.ts'
import type { Runner } from '../program.ts'

/** The commands that are the daemon, or speak of it as a whole. */
export function daemonCommands(program: Command, run: Runner): void {
  const up = program
    .command('up')
    .description('run the gateway, in the foreground; makes everything it needs at the first start')
    .option('--config <file>', 'another file than sallyport.toml in the state directory')
    .addOption(repeatable('--listen <address:port>', 'where the SSH door listens'))
    .action(
      run(async (context, command) => {
        const { config, listen } = command.opts<{ config?: string; listen?: string[] }>()
        const { runGateway } = await import('@sallyport/gateway')
        return runGateway({
          stateDirectory: context.stateDirectory,
          environment: context.terminal.environment,
          ...(config === undefined ? {} : { configFile: config }),
          ...(listen === undefined ? {} : { flags: { 'listen.ssh': listen } }),
        })
      }),
    )
  examples(up, 'sallyport up', 'sallyport up --state /srv/sallyport --listen 0.0.0.0:22 --listen [::]:22')

  const init = program
    .command('init')
    .description('make the state directory, keys, policy and first owner, and do not start')
    .action(
      run(async (context) => {
        const { initGateway } = await import('@sallyport/gateway')
        const { text, ...facts } = await initGateway({
          stateDirectory: context.stateDirectory,
          environment: context.terminal.environment,
        })
        context.print(facts, () => `${text.trimEnd()}\n`)
        return undefined
      }),
    )
  examples(init, 'sallyport init', 'sallyport init --state /srv/sallyport --json')

  const status = program
    .command('status')
    .description('say what the gateway is and does right now, and how you are signed in to it')
    .action(
      run(async (context) => {
        if (context.remote === undefined) {
          const now = await context.daemon.call('daemon.status', {}, { signal: context.signal })
          context.print(now, () => describe(now))
          return undefined
        }
        const { remoteStatus, describeRemote } = await import('../login/remote-status.ts')
        const now = await remoteStatus(context)
        context.print(now, () => describeRemote(now, describe))
        return undefined
      }),
    )
  examples(status, 'sallyport status', 'sallyport status --json=phase,sessions')

  const reload = program
    .command('reload')
    .description('read the configuration again; one with errors is refused and the old one stays')
    .action(
      run(async (context) => {
        const { signal } = context
        const reloaded = await context.daemon.call('daemon.reload', {}, { signal })
        const { changed, restart_needed: waiting } = reloaded
        context.print(reloaded, () => {
          const lines = [
            changed.length === 0 ? 'nothing changed' : `in force now: ${changed.join(', ')}`,
            ...(waiting.length === 0 ? [] : [`after a restart: ${waiting.join(', ')}`]),
          ]
          return lines.map((line) => `${line}\n`).join('')
        })
        return undefined
      }),
    )
  examples(reload, 'sallyport reload')
}

function describe(status: Status): string {
  const listeners = status.listeners.map(
    ({ name, address, port }) => `${name} ${address.includes(':') ? `[${address}]` : address}:${port}`,
  )
  return renderFacts([
    ['phase', status.phase],
    ['version', `${status.version} on Node ${status.node}, process ${status.pid}`],
    ['since', formatTime(status.started_at)],
    ['state', status.state_dir],
    ['listens', listeners.join(', ')],
    ['users', String(status.users)],
    ['targets', String(status.targets)],
    ['sessions', `${status.sessions}, with ${counted(status.passages, 'connection')} to targets`],
    ['policy', `version ${status.policy_version}`],
    ['audit', counted(status.audit_entries, 'entry', 'entries')],
    ['memory', formatBytes(status.memory_bytes)],
  ])
}
