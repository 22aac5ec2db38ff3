import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@sallyport/api'
import { unixTransport } from '@sallyport/api/unix'
import { type Gateway, startGateway } from '@sallyport/gateway'
import { TemporaryDirectory } from '@sallyport/testkit'

const BUILD = fileURLToPath(new URL('../../../tools/build-web.ts', import.meta.url))

/** A whole gateway in this process, with its HTTPS door open and the console of this checkout behind it. */
export class ConsoleGateway implements AsyncDisposable {
  readonly #directory: TemporaryDirectory
  readonly #gateway: Gateway

  private constructor(directory: TemporaryDirectory, gateway: Gateway) {
    this.#directory = directory
    this.#gateway = gateway
  }

  /** `environment` is what the configuration may name variables of. */
  static async start(
    flags: Record<string, unknown> = {},
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ConsoleGateway> {
    execFileSync(process.execPath, [BUILD], { stdio: 'inherit' })
    const directory = new TemporaryDirectory('console')
    const home = directory.file('home')
    mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
    const gateway = await startGateway({
      stateDirectory: directory.file('state'),
      environment: { HOME: home, ...environment },
      flags: {
        'listen.ssh': ['127.0.0.1:0'],
        'listen.metrics': '127.0.0.1:0',
        'listen.https': ['127.0.0.1:0'],
        'penalties.enabled': false,
        'log.format': 'json',
        ...flags,
      },
      writeLog: () => {},
    })
    return new ConsoleGateway(directory, gateway)
  }

  /** `https://localhost:40123` */
  get origin(): string {
    return this.#gateway.webOrigin ?? ''
  }

  /** As the start prints it; undefined once somebody has a passkey. */
  get setupLink(): string | undefined {
    return /https:\/\/\S+\/setup\/\S+/.exec(this.#gateway.greeting)?.[0]
  }

  get stateDirectory(): string {
    return this.#directory.file('state')
  }

  /** A folder that goes with it. */
  get folder(): string {
    return this.#directory.path
  }

  get sshPort(): number {
    return this.#gateway.sshAddresses[0]?.port ?? 0
  }

  get ownerName(): string {
    return this.#gateway.firstStart.owner?.user.name ?? ''
  }

  /** As the machine's owner, over the control socket. */
  get api() {
    return createClient(unixTransport(this.#gateway.controlSocket))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway.stop({ drainMs: 0 })
    this.#directory[Symbol.dispose]()
  }
}
