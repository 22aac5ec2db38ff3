import { readFileSync } from 'node:fs'
import { IdentityError, OidcClient, type OidcProvider } from '@sallyport/identity'
import { Secret } from '@sallyport/model'
import type { OidcProviderSetting } from '../config/oidc-providers.ts'
import { requirePrivate } from '../state/state-directory.ts'

/** Where providers send browsers back to. */
export const OIDC_CALLBACK = '/auth/oidc/callback'

export interface OidcProvidersParts {
  /** As declared now. */
  readonly settings: () => Readonly<Record<string, OidcProviderSetting>>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** `https://gw.example.com:8443` */
  readonly origin: () => string
  readonly randomBytes: (size: number) => Uint8Array
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** The identity providers of the configuration in force. What is no longer declared signs nobody in from then on. */
export class OidcProviders {
  readonly #parts: OidcProvidersParts
  readonly #clients = new Map<string, { readonly setting: OidcProviderSetting; readonly client: OidcClient }>()

  constructor(parts: OidcProvidersParts) {
    this.#parts = parts
  }

  /** What people may choose from. */
  list(): readonly { readonly name: string; readonly title: string }[] {
    return Object.entries(this.#parts.settings()).map(([name, { title }]) => ({ name, title: title ?? name }))
  }

  /** What each provider has to know of us. */
  get redirectUri(): string {
    return `${this.#parts.origin()}${OIDC_CALLBACK}`
  }

  /** Name of the provider that has this issuer; undefined where none is declared. */
  nameOf(issuer: string): string | undefined {
    return Object.entries(this.#parts.settings()).find(([, setting]) => setting.issuer === issuer)?.[0]
  }

  /** Undefined for one that is not declared. Throws IdentityError `provider-refused` where its secret cannot be read. */
  client(name: string): OidcClient | undefined {
    const settings = this.#parts.settings()
    const setting = Object.hasOwn(settings, name) ? settings[name] : undefined
    if (setting === undefined) return undefined
    const known = this.#clients.get(name)
    if (known !== undefined && JSON.stringify(known.setting) === JSON.stringify(setting)) return known.client
    const { randomBytes, now } = this.#parts
    const redirectUri = () => this.redirectUri
    const client = new OidcClient({ provider: this.#provider(name, setting), redirectUri, randomBytes, now })
    this.#clients.set(name, { setting, client })
    return client
  }

  #provider(name: string, setting: OidcProviderSetting): OidcProvider {
    return {
      name,
      title: setting.title ?? name,
      issuer: setting.issuer,
      clientId: setting.client_id,
      clientSecret: this.#secret(name, setting),
      scopes: [...new Set(['openid', ...setting.scopes])],
      groupClaims: setting.groups_claims,
      groupNames: setting.groups,
      domains: setting.domains,
      autoJoin: setting.auto_join,
    }
  }

  #secret(
    name: string,
    { client_secret_file: file, client_secret_env: variable }: OidcProviderSetting,
  ): Secret<string> | undefined {
    if (file === undefined && variable === undefined) return undefined
    const text = file === undefined ? this.#parts.environment[variable ?? ''] : readSecret(name, file)
    const secret = text?.trim() ?? ''
    if (secret === '') throw new IdentityError('provider-refused', `the client secret of ${name} is empty`)
    return new Secret(secret)
  }
}

function readSecret(name: string, file: string): string {
  try {
    requirePrivate(file, 'key')
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new IdentityError('provider-refused', `the client secret of ${name} cannot be read`, { cause })
  }
}
