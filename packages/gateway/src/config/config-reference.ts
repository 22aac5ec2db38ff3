import { environmentName } from './environment-name.ts'
import type { Setting } from './setting.ts'
import { settings } from './settings.ts'

/** The text of docs/config.md, made from the settings; a test holds the file against it. */
export function configReference(): string {
  const parts = [
    '# Configuration',
    '',
    '<!-- Made from packages/gateway/src/config/settings.ts by `node tools/config-reference.ts`; a test holds the two equal. -->',
    '',
    '`sallyport.toml` lies in the state directory (`--state DIR`, `SALLYPORT_STATE`, else `/var/lib/sallyport` for root and',
    '`~/.local/state/sallyport` for everybody else). Every key may be left out; an unknown one is refused with the nearest name.',
    '`sallyport config check` reads the file without starting anything; `sallyport config show --origin` says where each value',
    'comes from. What stands here under “environment” wins over the file; a variable that begins with `SALLYPORT_` and that nobody',
    'reads is warned of, with the nearest name.',
    '',
    'Durations are `250ms`, `30s`, `5m`, `1h30m`, `7d` or `0`; sizes are `512B`, `64KiB`, `16MiB`, `1GiB`.',
    'On SIGHUP or `sallyport reload` the file is read again; a key that takes effect on restart says so.',
  ]
  for (const [section, keys] of Object.entries(settings)) {
    parts.push('', `## [${section}]`)
    for (const [key, declaration] of Object.entries(keys)) {
      const { doc, unit, default: value, takes } = declaration as Setting
      const restart = takes === 'on restart' ? ' Takes effect on restart.' : ''
      parts.push(
        '',
        `### ${key}`,
        '',
        `${doc}${restart}`,
        '',
        `- value: ${unit}`,
        `- default: \`${key} = ${toTomlValue(value)}\``,
        `- environment: \`${environmentName(`${section}.${key}`)}\``,
      )
    }
  }
  return `${parts.join('\n')}\n`
}

/** A value of the settings table in TOML: texts, numbers, booleans, lists and empty tables. */
export function toTomlValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toTomlValue).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, part]) => `${JSON.stringify(key)} = ${toTomlValue(part)}`)
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
  }
  return JSON.stringify(value)
}
