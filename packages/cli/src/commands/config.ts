import type { ConfigSetting } from '@sallyport/api'
import type { Command } from 'commander'
import { EXIT } from '../exit-codes.ts'
import type { Runner } from '../program.ts'

/** `sallyport config …`: the settings in force. */
export function configCommands(program: Command, run: Runner): void {
  const config = program
    .command('config')
    .description('Settings of the gateway (sallyport.toml in the state directory)')

  config
    .command('check [file]')
    .description('read a configuration and say what is wrong; needs no running gateway')
    .action(
      run(async (context, command) => {
        const [file] = command.args
        const { loadConfig } = await import('@sallyport/gateway')
        const loaded = loadConfig({
          stateDirectory: context.stateDirectory,
          environment: context.terminal.environment,
          ...(file === undefined ? {} : { file }),
        })
        const set = [...loaded.origins].filter(([, { origin }]) => origin !== 'default').length
        context.print({ ok: true, file: loaded.file ?? null, set }, () =>
          loaded.file === undefined
            ? 'there is no file; every setting has its default\n'
            : `${loaded.file}: no errors, ${set} settings differ from the defaults in where they come from\n`,
        )
        return EXIT.ok
      }),
    )

  config
    .command('show')
    .description('print the settings in force')
    .option('--origin', 'say where each comes from', false)
    .option('--changed', 'only those that were set', false)
    .action(
      run(async (context, command) => {
        const { origin, changed } = command.opts<{ origin: boolean; changed: boolean }>()
        const { settings } = await context.daemon.call('daemon.config', {}, { signal: context.signal })
        const shown = changed ? settings.filter((setting) => setting.origin !== 'default') : settings
        context.printList(
          shown,
          [
            { title: 'KEY', value: (row: ConfigSetting) => row.key },
            { title: 'VALUE', value: (row) => (typeof row.value === 'string' ? row.value : JSON.stringify(row.value)) },
            ...(origin ? [{ title: 'FROM', value: (row: ConfigSetting) => row.origin }] : []),
            { title: 'UNIT', value: (row: ConfigSetting) => row.unit ?? '' },
          ],
          'every setting has its default',
        )
        return undefined
      }),
    )
}
