import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Hono } from 'hono'
import { AcmeKeeper, type AcmeStanding } from '../acme/acme-keeper.ts'
import { type AcmeSettings, acmeOrder } from '../acme/acme-order.ts'
import type { Config } from '../config/settings.ts'
import type { SocketAddress } from '../config/socket-address.ts'
import { createPrivateDirectory, type StatePaths } from '../state/state-directory.ts'
import { readConsoleFiles } from './console-files.ts'
import { HttpsFront } from './https-front.ts'
import { certificateNames, publicOrigin, webHosts } from './public-origin.ts'
import type { TlsMaterial } from './self-signed.ts'
import { type LoadedTls, loadTls } from './tls-certificate.ts'
import { webApp } from './web-app.ts'

/** Where the console's build lies in a checkout. */
const CONSOLE_FOLDER = fileURLToPath(new URL('../../../web/dist', import.meta.url))

export interface OpenWebParts {
  readonly config: () => Config
  readonly paths: StatePaths
  /** The API's app for these Host headers. */
  readonly api: (hosts: () => ReadonlySet<string>) => Hono
  /** The app of pages and redirects for these Host headers. */
  readonly pages: (hosts: () => ReadonlySet<string>) => Hono
  readonly admits: (source: string) => boolean
  /** What connections of an address are counted by. */
  readonly sourceOf: (address: string) => string
  readonly randomBytes: (size: number) => Uint8Array
  readonly now: () => number
  readonly monotonic: () => number
  /** Where HTTPS is served beside its own listeners. */
  readonly muxAddresses: () => readonly SocketAddress[]
  readonly failed: (what: string, error: unknown) => void
  /** Told that the certificate was renewed. */
  readonly renewed: (tls: LoadedTls) => void
}

/** The HTTPS door, open. */
export interface Web extends AsyncDisposable {
  readonly front: HttpsFront
  /** The certificate in force. */
  readonly tls: LoadedTls
  /** Undefined where none is got by ACME. */
  readonly acme: AcmeStanding | undefined
  /** `https://localhost:8443` */
  readonly origin: string
}

/** Opens the HTTPS door; undefined where the configuration wants none. Throws GatewayError `tls.invalid`, `listen.failed`. */
export async function openWeb(parts: OpenWebParts): Promise<Web | undefined> {
  const { config, paths, api, pages, admits, sourceOf, randomBytes, now, failed } = parts
  const { listen, https } = config()
  if (listen.https.length === 0 && listen.mux.length === 0) return undefined
  await using opened = new AsyncDisposableStack()
  function acmeKeeper(settings: AcmeSettings): AcmeKeeper {
    const { monotonic } = parts
    const folder = join(paths.tls, 'acme')
    createPrivateDirectory(folder)
    const present = (name: string, material: TlsMaterial) => front.present(name, material)
    return new AcmeKeeper({
      folder,
      settings,
      obtain: acmeOrder({ folder, settings, present, now, monotonic }),
      renewed(next) {
        tls = next
        front.renew(next)
        parts.renewed(next)
      },
      failed,
      after(ms, run) {
        const timer = setTimeout(run, ms).unref()
        return { [Symbol.dispose]: () => clearTimeout(timer) }
      },
      now,
      monotonic,
    })
  }
  let tls = await loadTls(paths.tls, https, certificateNames(config()), now())
  const acme = https.acme === undefined ? undefined : opened.use(acmeKeeper(https.acme))
  tls = acme?.current ?? tls
  const ports = () => [...front.addresses, ...parts.muxAddresses()].map((address) => address.port)
  const port = () => ports()[0] ?? 0
  const hosts = () => new Set(ports().flatMap((each) => [...webHosts(config(), each)]))
  const files = readConsoleFiles(CONSOLE_FOLDER)
  const app = webApp({
    api: api(hosts),
    pages: pages(hosts),
    hosts,
    files,
    randomBytes,
    strictTransport: () => !tls.selfSigned,
  })
  const front = new HttpsFront({ app, tls, admits, sourceOf, failed })
  opened.use(front)
  await front.listen(listen.https)
  acme?.start()
  const rest = opened.move()
  return {
    front,
    get tls() {
      return tls
    },
    get acme() {
      return acme?.standing
    },
    get origin() {
      return publicOrigin(config(), port())
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}
