import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { checkProvider, type ProviderCheck } from '@sallyport/identity'
import type { OidcProviderSetting } from '../config/oidc-providers.ts'
import type { Config } from '../config/settings.ts'
import { publicOrigin } from '../http/public-origin.ts'
import { OIDC_CALLBACK } from '../sign-in/oidc-providers.ts'

export interface ProviderTestParts {
  readonly setting: OidcProviderSetting
  /** What the provider has to know of us. */
  readonly redirectUri: string
  readonly stateDirectory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Where providers send people back to, as the configuration has it. */
export function redirectUriOf(config: Config): string {
  return `${publicOrigin(config, config.listen.https[0]?.port ?? 0)}${OIDC_CALLBACK}`
}

/** Everything that a sign-in with this provider will need, looked at one by one; nobody signs in. */
export async function testProvider(parts: ProviderTestParts): Promise<readonly ProviderCheck[]> {
  const { setting, redirectUri, now } = parts
  const hasSecret = setting.client_secret_file !== undefined || setting.client_secret_env !== undefined
  return [
    ...(await checkProvider({ issuer: setting.issuer, hasSecret, now })),
    { id: 'secret', title: 'the client secret can be read', ...judgeSecret(parts) },
    { id: 'redirect-uri', title: 'where it sends people back to', ...judgeRedirect(redirectUri) },
  ]
}

type Judged = Pick<ProviderCheck, 'status' | 'detail' | 'fix'>

function judgeRedirect(uri: string): Judged {
  const { hostname } = new URL(uri)
  if (hostname !== 'localhost') return { status: 'ok', detail: `${uri} has to be registered there`, fix: null }
  return {
    status: 'warn',
    detail: `${uri} has to be registered there`,
    fix: 'other machines do not reach localhost: set https.url in sallyport.toml to the gateway’s own address',
  }
}

/** Judged for the state's owner, as whom the gateway runs, whoever looks. */
function judgeSecret({ setting, stateDirectory, environment }: ProviderTestParts): Judged {
  const { client_secret_file: file, client_secret_env: variable } = setting
  if (variable !== undefined) {
    if (environment[variable] === undefined)
      return {
        status: 'skipped',
        detail: `${variable} is in the gateway’s environment, which is not seen from here`,
        fix: null,
      }
    return environment[variable].trim() === ''
      ? { status: 'fail', detail: `${variable} is empty`, fix: `set ${variable} to the client secret` }
      : { status: 'ok', detail: variable, fix: null }
  }
  if (file === undefined) return { status: 'ok', detail: 'there is none: a public client, with PKCE alone', fix: null }
  const owner = statSync(stateDirectory, { throwIfNoEntry: false })?.uid ?? process.getuid?.()
  try {
    const { uid, mode } = statSync(file)
    if (owner !== undefined && uid !== owner)
      return { status: 'fail', detail: `${file} belongs to uid ${uid}`, fix: `chown ${owner} ${file}` }
    if ((mode & 0o077) !== 0) return { status: 'fail', detail: `${file} is open to others`, fix: `chmod 600 ${file}` }
    accessSync(file, constants.R_OK)
    if (readFileSync(file, 'utf8').trim() === '')
      return { status: 'fail', detail: `${file} is empty`, fix: 'write the client secret into it' }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    return {
      status: 'fail',
      detail: `${file}: ${code}`,
      fix: 'write the client secret into it, for the gateway’s user alone',
    }
  }
  return { status: 'ok', detail: file, fix: null }
}
