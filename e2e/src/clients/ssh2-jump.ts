/** Runs a command on the target through a channel of the gateway, with npm's ssh2 in both connections. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Duplex } from 'node:stream'

/** The little of ssh2 that is used here; it brings no types. */
interface Client extends NodeJS.EventEmitter {
  connect(options: object): void
  forwardOut(
    host: string,
    port: number,
    toHost: string,
    toPort: number,
    done: (error: Error | undefined, stream: Duplex) => void,
  ): void
  exec(command: string, done: (error: Error | undefined, stream: Duplex) => void): void
  end(): void
}
const { Client: SshClient } = createRequire(import.meta.url)('ssh2') as { Client: new () => Client }

const [gatewayPort = '', targetPort = '', login = '', key = ''] = process.argv.slice(2)
const privateKey = readFileSync(key)
const gateway = new SshClient()
const target = new SshClient()
const fail = (error: Error) => {
  console.error(error)
  process.exit(1)
}
gateway.on('error', fail)
target.on('error', fail)
gateway.on('ready', () => {
  gateway.forwardOut('127.0.0.1', 0, '127.0.0.1', Number(targetPort), (error, sock) => {
    if (error !== undefined) fail(error)
    target.connect({ sock, username: login, privateKey })
  })
})
target.on('ready', () => {
  target.exec('echo ssh2', (error, stream) => {
    if (error !== undefined) fail(error)
    stream.pipe(process.stdout)
    stream.on('close', () => {
      target.end()
      gateway.end()
    })
  })
})
gateway.connect({ host: '127.0.0.1', port: Number(gatewayPort), username: 'me', privateKey })
