import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import type { z } from 'zod'
import { GatewayError } from '../gateway-error.ts'
import { nearestName } from './nearest-name.ts'
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

export interface ConfigSources {
  readonly stateDirectory: string
  /** Another file than the state directory's own; must exist. */
  readonly file?: string
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
  const text = readConfig(path, sources.file !== undefined)
  const problems: string[] = []
  const written = new Map<string, ConfigOrigin>()
  if (text !== undefined) readFile(path, text, written, problems)
  for (const [name] of settingsByName) {
    const variable = environmentName(name)
    const value = sources.environment?.[variable]
    if (value !== undefined) written.set(name, { origin: `environment ${variable}`, written: fromEnvironment(value) })
  }
  for (const [name, value] of Object.entries(sources.flags ?? {})) {
    if (settingsByName.has(name)) written.set(name, { origin: 'flag', written: value })
    else problems.push(`flag: ${unknownKey(name)}`)
  }
  const origins = new Map<string, ConfigOrigin>()
  const config: Record<string, Record<string, unknown>> = {}
  for (const [name, { schema, default: defaultValue }] of settingsByName) {
    const origin = written.get(name) ?? { origin: 'default', written: defaultValue }
    origins.set(name, origin)
    const [section = '', key = ''] = name.split('.')
    const result = schema.safeParse(origin.written)
    if (result.success) (config[section] ??= {})[key] = result.data
    else problems.push(...result.error.issues.map((issue) => `${origin.origin}: ${name}: ${describe(issue)}`))
  }
  if (problems.length === 0) problems.push(...contradictions(config as unknown as Config, origins))
  if (problems.length > 0) {
    throw new GatewayError(
      'config.invalid',
      `the configuration has ${problems.length === 1 ? 'a mistake' : 'mistakes'}`,
      {
        why: problems.join('\n'),
        fix: `correct ${path}; every key is explained in docs/config.md`,
      },
    )
  }
  return { config: deepFreeze(config) as unknown as Config, origins, file: text === undefined ? undefined : path }
}

/** `ssh.login_grace` is `SALLYPORT_SSH_LOGIN_GRACE`. */
export function environmentName(name: string): string {
  return `SALLYPORT_${name.replace('.', '_').toUpperCase()}`
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
    throw new GatewayError('config.unreadable', `${path} cannot be read`, { why: (cause as Error).message, cause })
  }
}

function readFile(path: string, text: string, written: Map<string, ConfigOrigin>, problems: string[]): void {
  const file = path.slice(path.lastIndexOf('/') + 1)
  let document: Record<string, unknown>
  try {
    document = parse(text)
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    problems.push(`${file}:${cause.line}: ${cause.message.split('\n')[0] ?? ''}`)
    return
  }
  const lines = tomlLines(text)
  for (const [section, keys] of Object.entries(document)) {
    if (!Object.hasOwn(settings, section)) {
      problems.push(`${file}:${lines.get(section) ?? 1}: ${unknownSection(section)}`)
    } else if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) {
      problems.push(`${file}:${lines.get(section) ?? 1}: “${section}” is a section: write [${section}]`)
    } else {
      for (const [key, value] of Object.entries(keys)) {
        const name = `${section}.${key}`
        const origin = `${file}:${lines.get(name) ?? lines.get(section) ?? 1}`
        if (settingsByName.has(name)) written.set(name, { origin, written: value })
        else problems.push(`${origin}: ${unknownKey(name)}`)
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
  return place + issue.message
}

/** A text from the environment as the TOML value it spells, else as itself: `6`, `true` and `["a"]` need no quotes. */
function fromEnvironment(text: string): unknown {
  try {
    return parse(`value = ${text}`)['value']
  } catch {
    return text
  }
}

/** Settings that are each fine and together are not. */
function contradictions(config: Config, origins: ReadonlyMap<string, ConfigOrigin>): string[] {
  const problems: string[] = []
  const listeners = config.listen.ssh.map(formatSocketAddress)
  for (const address of Object.keys(config.ssh.listener_algorithms))
    if (!listeners.includes(address))
      problems.push(
        `${origins.get('ssh.listener_algorithms')?.origin ?? ''}: ssh.listener_algorithms: ${address} does not stand in listen.ssh`,
      )
  if (config.penalties.min > config.penalties.max)
    problems.push(`${origins.get('penalties.min')?.origin ?? ''}: penalties.min is above penalties.max`)
  if (config.ssh.login_grace === 0)
    problems.push(
      `${origins.get('ssh.login_grace')?.origin ?? ''}: ssh.login_grace may not be 0: strangers would stay for ever`,
    )
  return problems
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) deepFreeze(part)
  return Object.freeze(value)
}
