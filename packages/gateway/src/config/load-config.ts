import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import type { z } from 'zod'
import { GatewayError } from '../gateway-error.ts'
import { environmentName } from './environment-name.ts'
import { nearestName } from './nearest-name.ts'
import type { Setting } from './setting.ts'
import { type Config, settings, settingsByName } from './settings.ts'
import { formatSocketAddress } from './socket-address.ts'
import { tomlLines } from './toml-lines.ts'

/** Name of the configuration file inside the state directory. */
export const CONFIG_FILE = 'sallyport.toml'
/** Largest file that is read, in bytes: a config of every key with its documentation is a hundredth of it. */
const CONFIG_MAX_BYTES = 1024 * 1024

export interface ConfigOrigin {
  /** `default`, `sallyport.toml:12`, `environment SALLYPORT_LOG_LEVEL` or `flag`. */
  readonly origin: string
  /** As it would be written in the file. */
  readonly written: unknown
}

/** The settings in force, and where each came from. */
export interface LoadedConfig {
  readonly config: Config
  readonly origins: ReadonlyMap<string, ConfigOrigin>
  /** The file that was read; undefined where there is none. */
  readonly file: string | undefined
}

interface Problem {
  /** As in `ConfigOrigin`. */
  readonly origin: string
  readonly message: string
}

const ENVIRONMENT = 'environment '
const FLAG = 'flag'

export interface ConfigSources {
  readonly stateDirectory: string
  /** Another file than the state directory's own; must exist. */
  readonly file?: string
  /** What the file would say, instead of what it says. */
  readonly text?: string
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** `section.key` to what the file would say; they win over everything. */
  readonly flags?: Readonly<Record<string, unknown>>
}

/**
 * Reads the configuration: defaults, then the file, then `SALLYPORT_SECTION_KEY` of the environment, then flags.
 * Throws GatewayError `config.unreadable` or `config.invalid`, which lists every problem with its line.
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const path = sources.file ?? join(sources.stateDirectory, CONFIG_FILE)
  const text = sources.text ?? readConfig(path, sources.file !== undefined)
  const problems: Problem[] = []
  const written = new Map<string, ConfigOrigin>()
  if (text !== undefined) readFile(path, text, written, problems)
  for (const [name, each] of settingsByName) {
    const variable = environmentName(name)
    const value = sources.environment?.[variable]
    if (value !== undefined)
      written.set(name, { origin: `${ENVIRONMENT}${variable}`, written: fromEnvironment(value, each) })
  }
  for (const [name, value] of Object.entries(sources.flags ?? {})) {
    if (settingsByName.has(name)) written.set(name, { origin: FLAG, written: value })
    else problems.push({ origin: FLAG, message: unknownKey(name) })
  }
  const origins = new Map<string, ConfigOrigin>()
  const config: Record<string, Record<string, unknown>> = {}
  for (const [name, { schema, default: defaultValue }] of settingsByName) {
    const origin = written.get(name) ?? { origin: 'default', written: defaultValue }
    origins.set(name, origin)
    const [section = '', key = ''] = name.split('.')
    const result = schema.safeParse(origin.written)
    if (result.success) (config[section] ??= {})[key] = result.data
    else
      for (const issue of result.error.issues)
        problems.push({ origin: origin.origin, message: `${name}: ${describe(issue)}` })
  }
  if (problems.length === 0) problems.push(...contradictions(config as unknown as Config, origins))
  if (problems.length > 0) {
    throw new GatewayError(
      'config.invalid',
      `the configuration has ${problems.length === 1 ? 'a mistake' : 'mistakes'}`,
      {
        why: problems.map(({ origin, message }) => `${origin}: ${message}`).join('\n'),
        fix: `correct ${[...new Set(problems.map(({ origin }) => placeOf(origin, path)))].join(' and ')}; every key is explained in docs/config.md`,
      },
    )
  }
  return { config: deepFreeze(config) as unknown as Config, origins, file: text === undefined ? undefined : path }
}

function readConfig(path: string, required: boolean): string | undefined {
  try {
    const bytes = readFileSync(path)
    if (bytes.length > CONFIG_MAX_BYTES)
      throw new GatewayError('config.unreadable', `${path} is larger than ${CONFIG_MAX_BYTES} bytes`)
    return bytes.toString('utf8')
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause
    if (!required && (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    const denied = (cause as NodeJS.ErrnoException).code === 'EACCES'
    throw new GatewayError('config.unreadable', `${path} cannot be read`, {
      why: (cause as Error).message,
      ...(denied ? { fix: 'let whoever runs the gateway read it' } : {}),
      cause,
    })
  }
}

function readFile(path: string, text: string, written: Map<string, ConfigOrigin>, problems: Problem[]): void {
  const file = path.slice(path.lastIndexOf('/') + 1)
  let document: Record<string, unknown>
  try {
    document = parse(text)
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    problems.push({ origin: `${file}:${cause.line}`, message: cause.message.split('\n')[0] ?? '' })
    return
  }
  const lines = tomlLines(text)
  for (const [section, keys] of Object.entries(document)) {
    const at = `${file}:${lines.get(section) ?? 1}`
    if (!Object.hasOwn(settings, section)) {
      problems.push({ origin: at, message: unknownSection(section) })
    } else if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) {
      problems.push({ origin: at, message: `“${section}” is a section: write [${section}]` })
    } else {
      for (const [key, value] of Object.entries(keys)) {
        const name = `${section}.${key}`
        const origin = `${file}:${lines.get(name) ?? lines.get(section) ?? 1}`
        if (settingsByName.has(name)) written.set(name, { origin, written: value })
        else problems.push({ origin, message: unknownKey(name) })
      }
    }
  }
}

function unknownKey(name: string): string {
  const nearest = nearestName(name, settingsByName.keys())
  return `unknown key “${name}”${nearest === undefined ? '' : `; did you mean “${nearest}”?`}`
}

function unknownSection(name: string): string {
  const nearest = nearestName(name, Object.keys(settings))
  return `unknown section “${name}”${nearest === undefined ? '' : `; did you mean “${nearest}”?`}`
}

function describe(issue: z.core.$ZodIssue): string {
  const place = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
  // Of a name that cannot be one, the reason stands inside.
  const inner = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined
  return place + (inner ?? issue.message)
}

/** Where a mistake is to be corrected. */
function placeOf(origin: string, path: string): string {
  if (origin.startsWith(ENVIRONMENT)) return `the environment variable ${origin.slice(ENVIRONMENT.length)}`
  return origin === FLAG ? 'the command line' : path
}

/**
 * A text from the environment as the TOML value it spells, else as a list without brackets, else as itself: `6`, `true` and
 * `["a"]` need no quotes, nor do `192.0.2.1,192.0.2.2` and `off`.
 */
function fromEnvironment(text: string, { schema, default: defaultValue }: Setting): unknown {
  const parts = text.split(',').map((part) => part.trim())
  const list = Array.isArray(defaultValue) ? [parts.filter((part) => part !== '')] : []
  const readings: unknown[] = [...spelt(text), ...list, text]
  const taken = readings.findIndex((reading) => schema.safeParse(reading).success)
  return readings[Math.max(taken, 0)]
}

/** The value that a text is in TOML; none where it is no TOML. */
function spelt(text: string): readonly unknown[] {
  try {
    return [parse(`value = ${text}`)['value']]
  } catch {
    return []
  }
}

/** Settings that are each fine and together are not. */
function contradictions(config: Config, origins: ReadonlyMap<string, ConfigOrigin>): Problem[] {
  const problems: Problem[] = []
  const tell = (name: string, message: string) =>
    problems.push({ origin: origins.get(name)?.origin ?? '', message: `${name}${message}` })
  const listeners = config.listen.ssh.map(formatSocketAddress)
  for (const address of Object.keys(config.ssh.listener_algorithms))
    if (!listeners.includes(address)) tell('ssh.listener_algorithms', `: ${address} does not stand in listen.ssh`)
  if (config.penalties.min > config.penalties.max) tell('penalties.min', ' is above penalties.max')
  if (config.https.acme !== undefined && config.https.certificate !== '')
    tell('https.acme', ' and https.certificate are both set: a certificate comes from one place')
  if (config.ssh.login_grace === 0) tell('ssh.login_grace', ' may not be 0: strangers would stay for ever')
  if (config.dial.timeout === 0) tell('dial.timeout', ' may not be 0: no target would be reached')
  if (config.dial.dns_timeout === 0) tell('dial.dns_timeout', ' may not be 0: no name would be found')
  return problems
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) deepFreeze(part)
  return Object.freeze(value)
}
