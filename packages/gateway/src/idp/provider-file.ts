import { chownSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { environmentName } from '../config/environment-name.ts'
import { CONFIG_FILE, type LoadedConfig, loadConfig } from '../config/load-config.ts'
import { type NewProvider, withoutProvider, withProvider } from '../config/provider-tables.ts'
import { GatewayError } from '../gateway-error.ts'
import { kernelLock } from '../state/kernel-lock.ts'
import { writePrivateFile } from '../state/private-file.ts'

/** Where a gateway's configuration lies. */
export interface ConfigPlace {
  readonly stateDirectory: string
  /** Another file than the state directory's own. */
  readonly file?: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

const NAME = 'oidc.providers'

/**
 * Adds a provider to sallyport.toml, after the whole configuration was read with it. Gives the file. Throws GatewayError;
 * then the file is as it was.
 */
export function addProvider(place: ConfigPlace, name: string, provider: NewProvider): string {
  return edit(place, (text) => withProvider(text, name, provider))
}

/** Takes one out, as `addProvider` adds one. */
export function removeProvider(place: ConfigPlace, name: string): string {
  return edit(place, (text) => withoutProvider(text, name))
}

/** The configuration as it would be with one more provider, written nowhere. Throws GatewayError. */
export function configWithProvider(place: ConfigPlace, name: string, provider: NewProvider): LoadedConfig {
  return loadConfig({ ...place, text: withProvider(textOf(pathOf(place)) ?? '', name, provider) })
}

function edit(place: ConfigPlace, change: (text: string) => string): string {
  const variable = environmentName(NAME)
  if (place.environment[variable] !== undefined) {
    throw new GatewayError('config.invalid', `the providers are set by ${variable}, which wins over the file`, {
      fix: `change ${variable}, or take it out of the environment`,
    })
  }
  const path = pathOf(place)
  using _alone = editsAlone(place, path)
  const before = textOf(path)
  const after = change(before ?? '')
  loadConfig({ ...place, text: after })
  // Whoever edited the file in the meantime loses nothing.
  if (textOf(path) !== before) throw changedElsewhere(path)
  try {
    // Its mode and owner stay; a new file gets the owner of the state.
    const like = before === undefined ? { ...ownerOf(place.stateDirectory), mode: 0o600 } : modeOf(path)
    writePrivateFile(path, after, like)
  } catch (cause) {
    throw new GatewayError('config.unreadable', `${path} cannot be written`, { why: (cause as Error).message, cause })
  }
  return path
}

/** Of two commands that edit the file at once, one is told to try again: neither may write over what the other wrote. */
function editsAlone({ stateDirectory }: ConfigPlace, path: string): Disposable {
  const lock = join(stateDirectory, 'config.lock')
  let held: Disposable | undefined
  try {
    held = kernelLock(lock)
    const { uid, gid } = ownerOf(stateDirectory)
    if (process.getuid?.() === 0) chownSync(lock, uid, gid)
  } catch (cause) {
    held?.[Symbol.dispose]()
    throw new GatewayError('config.unreadable', `${path} cannot be written`, { why: (cause as Error).message, cause })
  }
  if (held === undefined) throw changedElsewhere(path)
  return held
}

function changedElsewhere(path: string): GatewayError {
  return new GatewayError('config.unreadable', `${path} was changed by somebody else just now`, { fix: 'try again' })
}

/** The file itself, behind links to it. */
function pathOf({ stateDirectory, file }: ConfigPlace): string {
  const path = file ?? join(stateDirectory, CONFIG_FILE)
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new GatewayError('config.unreadable', `${path} cannot be read`, { why: (cause as Error).message, cause })
  }
}

function ownerOf(path: string): { readonly uid: number; readonly gid: number } {
  const { uid, gid } = statSync(path)
  return { uid, gid }
}

function modeOf(path: string): { readonly uid: number; readonly gid: number; readonly mode: number } {
  const { uid, gid, mode } = statSync(path)
  return { uid, gid, mode: mode & 0o777 }
}
