import { type ConfigSources, type LoadedConfig, loadConfig } from './load-config.ts'
import { type Config, settingsByName } from './settings.ts'

/** A configuration that was read and is not in force yet. */
export interface ReadConfig {
  /** Keys that take effect with `take`. */
  readonly changed: readonly string[]
  /** Keys that wait for a restart. */
  readonly restartNeeded: readonly string[]
  /** Puts it into force. */
  readonly take: () => void
}

/** The configuration in force. A reload changes what may change while the gateway runs; the rest waits for a restart. */
export class ConfigKeeper {
  readonly #sources: ConfigSources
  #loaded: LoadedConfig

  constructor(sources: ConfigSources) {
    this.#sources = sources
    this.#loaded = loadConfig(sources)
  }

  get current(): Config {
    return this.#loaded.config
  }

  /** The values in force and where each came from. */
  get loaded(): LoadedConfig {
    return this.#loaded
  }

  /** Reads everything again; nothing has changed before `take`. Throws GatewayError where there is a mistake. */
  read(): ReadConfig {
    const next = loadConfig(this.#sources)
    const changed: string[] = []
    const restartNeeded: string[] = []
    const config: Record<string, Record<string, unknown>> = {}
    const origins = new Map(next.origins)
    for (const [name, { takes }] of settingsByName) {
      const [section = '', key = ''] = name.split('.')
      const before = valueOf(this.#loaded.config, section, key)
      const after = valueOf(next.config, section, key)
      const same = JSON.stringify(before) === JSON.stringify(after)
      const waits = !same && takes === 'on restart'
      if (!same) (waits ? restartNeeded : changed).push(name)
      if (waits) origins.set(name, this.#loaded.origins.get(name) ?? { origin: 'default', written: undefined })
      ;(config[section] ??= {})[key] = waits ? before : after
    }
    for (const section of Object.values(config)) Object.freeze(section)
    const loaded = { config: Object.freeze(config) as unknown as Config, origins, file: next.file }
    return { changed, restartNeeded, take: () => void (this.#loaded = loaded) }
  }
}

function valueOf(config: Config, section: string, key: string): unknown {
  return (config as unknown as Record<string, Record<string, unknown>>)[section]?.[key]
}
