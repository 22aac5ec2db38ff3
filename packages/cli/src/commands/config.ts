import type { ConfigSetting } from '@sallyport/api'
import type { Command } from 'commander'
import { examples } from '../examples.ts'
import { EXIT } from '../exit-codes.ts'
import { counted } from '../output/count.ts'
import { printable } from '../output/escape.ts'
import type { Column } from '../output/table.ts'
import type { Runner } from '../program.ts'

/** `sallyport config …`: the settings in force. */
export function configCommands(program: Command, run: Runner): void {
  const config = program
    .command('config')
    .description('settings of the gateway (sallyport.toml in the state directory)')

  const check = config
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
        const set = [...loaded.origins.values()].filter(({ origin }) => origin !== 'default').length
        context.print({ ok: true, file: loaded.file ?? null, set }, () => {
          const found = `no errors, ${set === 0 ? 'every setting has its default' : `${counted(set, 'setting')} given`}`
          return `${loaded.file === undefined ? 'there is no sallyport.toml' : printable(loaded.file)}: ${found}\n`
        })
        return EXIT.ok
      }),
    )
  examples(check, 'sallyport config check', 'sallyport config check /etc/sallyport/sallyport.toml')

  const show = config
    .command('show')
    .description('print the settings in force')
    .option('--origin', 'say where each comes from')
    .option('--changed', 'only those that were given')
    .action(
      run(async (context, command) => {
        const { origin, changed } = command.opts<{ origin?: true; changed?: true }>()
        const { settings } = await context.daemon.call('daemon.config', {}, { signal: context.signal })
        const shown = changed === true ? settings.filter((setting) => setting.origin !== 'default') : settings
        const columns: Column<ConfigSetting>[] = [
          { title: 'KEY', value: (row) => row.key },
          { title: 'VALUE', value: (row) => (typeof row.value === 'string' ? row.value : JSON.stringify(row.value)) },
        ]
        if (origin === true) columns.push({ title: 'FROM', value: (row) => row.origin })
        context.printList(shown, columns, 'every setting has its default')
        return undefined
      }),
    )
  examples(show, 'sallyport config show --changed --origin', 'sallyport config show --json=key,value')
}
