import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { CommandError } from '../command-error.ts'
import { ownHome } from '../own-home.ts'
import { readIfThere, writePrivate } from './private-files.ts'

/** A gateway that somebody signed in to with this command. */
export interface Profile {
  /** `https://gw.example.com:8443`. */
  readonly server: string
  /** SHA-256 of the one certificate that is believed, `AB:CD:…`; undefined: those of the system's authorities. */
  readonly fingerprint: string | undefined
}

/** What signing in left behind. */
export interface SavedSession {
  readonly token: string
  readonly user: string
  /** RFC 3339; undefined for a token that was given, whose end only the gateway knows. */
  readonly expiresAt: string | undefined
}

interface File {
  readonly current: string | null
  readonly profiles: readonly { readonly server: string; readonly fingerprint: string | null }[]
}

/** Where one gateway's things lie. */
export interface ProfilePaths {
  readonly directory: string
  readonly session: string
  /** Private key; only there where no agent holds it. */
  readonly key: string
  readonly publicKey: string
  readonly certificate: string
  /** Certificates before it that an agent may still hold, one a line. */
  readonly former: string
  /** Held while a process changes any of these. */
  readonly lock: string
}

/**
 * The gateways this user knows: `profiles.json`, and a folder for each with its session and certificate, all in
 * `sallyport` of the user's configuration (XDG). Readable by nobody else.
 */
export class Profiles {
  readonly directory: string
  /** Held while a process changes what is written of several gateways: `profiles.json`, and files of ssh. */
  readonly lock: string
  readonly #path: string

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    const xdg = environment['XDG_CONFIG_HOME']
    this.directory = join(xdg?.startsWith('/') === true ? xdg : join(homeOf(environment), '.config'), 'sallyport')
    this.lock = join(this.directory, 'lock')
    this.#path = join(this.directory, 'profiles.json')
  }

  list(): readonly Profile[] {
    return this.#read().profiles.map(({ server, fingerprint }) => ({ server, fingerprint: fingerprint ?? undefined }))
  }

  get(server: string): Profile | undefined {
    return this.list().find((profile) => profile.server === server)
  }

  /** The gateway that commands mean which name none. */
  current(): Profile | undefined {
    const { current } = this.#read()
    return current === null ? undefined : this.get(current)
  }

  /** Adds or replaces one, and makes it the current one. To be done alone. */
  keep({ server, fingerprint }: Profile): void {
    const others = this.#read().profiles.filter((each) => each.server !== server)
    this.#write({ current: server, profiles: [...others, { server, fingerprint: fingerprint ?? null }] })
  }

  /** Forgets whose session it was; the gateway, and how to know it again, stays. */
  signOut(server: string): void {
    const { session, key, publicKey, certificate, former } = this.paths(server)
    for (const path of [session, key, publicKey, certificate, former]) rmSync(path, { force: true })
  }

  session(server: string): SavedSession | undefined {
    const text = readIfThere(this.paths(server).session)
    const found = text === undefined ? undefined : (parse(text, this.paths(server).session) as Partial<SavedSession>)
    if (typeof found?.token !== 'string' || typeof found.user !== 'string') return undefined
    return { token: found.token, user: found.user, expiresAt: found.expiresAt }
  }

  keepSession(server: string, session: SavedSession): void {
    writePrivate(this.paths(server).session, `${JSON.stringify(session, null, 2)}\n`)
  }

  paths(server: string): ProfilePaths {
    // `https://[::1]:8443` has what no file name should.
    const name = new URL(server).host.toLowerCase().replaceAll(/[^a-z0-9.-]/g, '_')
    const directory = join(this.directory, name)
    const key = join(directory, 'id_ed25519')
    return {
      directory,
      session: join(directory, 'session.json'),
      key,
      publicKey: `${key}.pub`,
      certificate: `${key}-cert.pub`,
      former: join(directory, 'former-certificates.pub'),
      lock: join(directory, 'lock'),
    }
  }

  #read(): File {
    const text = readIfThere(this.#path)
    if (text === undefined) return { current: null, profiles: [] }
    const { current, profiles } = parse(text, this.#path) as Partial<File>
    const listed: File['profiles'] = Array.isArray(profiles) ? profiles : []
    const known = listed.filter((each) => typeof each.server === 'string' && URL.canParse(each.server))
    return { current: typeof current === 'string' ? current : null, profiles: known }
  }

  #write(file: File): void {
    writePrivate(this.#path, `${JSON.stringify(file, null, 2)}\n`)
  }
}

/** The home that this user says is theirs. */
export function homeOf(environment: Readonly<Record<string, string | undefined>>): string {
  const home = environment['HOME']
  return home?.startsWith('/') === true ? home : ownHome()
}

function parse(text: string, path: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // said below
  }
  throw new CommandError('usage.file-unreadable', `${path} is not what this command wrote`, {
    fix: 'remove it, and sign in again: sallyport login',
  })
}
