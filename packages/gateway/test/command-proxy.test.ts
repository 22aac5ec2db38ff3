/** The `sallyport` command behind a proxy that all HTTPS has to go through. */
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { CommandUser, freePort } from '@sallyport/testkit'
import { atConsole, known, serverOf } from './at-console.ts'
import { hasOpenSsh, TestGateway } from './test-gateway.ts'

const skip = hasOpenSsh() ? false : 'needs ssh and sshd'
const flags = { 'listen.https': ['127.0.0.1:0'], 'penalties.enabled': false }

/** A proxy that knows CONNECT and nothing else. */
class ConnectProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** What it was asked for, `host:port`, and with which `proxy-authorization`. */
  readonly asked: { readonly target: string; readonly authorization: string | undefined }[] = []
  /** Status line that it answers with instead of connecting. */
  refusal: string | undefined

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(): Promise<ConnectProxy> {
    const server = createServer((_, response) => response.writeHead(405).end())
    const proxy = new ConnectProxy(server)
    server.on('connect', ({ url = '', headers }, client: Socket) => {
      proxy.asked.push({ target: url, authorization: headers['proxy-authorization'] })
      proxy.#hold(client)
      if (proxy.refusal !== undefined) {
        client.end(`HTTP/1.1 ${proxy.refusal}\r\n\r\n`)
        return
      }
      const upstream = connect(Number(url.split(':').at(-1)), '127.0.0.1')
      proxy.#hold(upstream)
      upstream.once('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))
      upstream.once('connect', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n')
        client.pipe(upstream).pipe(client)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #hold(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => this.#sockets.delete(socket))
  }
}

test('everything goes through HTTPS_PROXY, with its password, and what NO_PROXY names goes around it', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  await using proxy = await ConnectProxy.start()
  const browser = await atConsole(gate)
  using user = new CommandUser(gate.directory.file('home-laptop'))
  const env = { HTTPS_PROXY: `http://alice:s%3Acret@127.0.0.1:${proxy.port}` }
  const running = user.start(`login --device ${known(gate)}`, env)
  const code = await running.says(/approve the code\n {2}(\S+)/)
  await browser.api.call('device.decide', { code, approve: true })
  assert.equal(await running.ended, 0, running.stderr)
  assert.equal((await user.run('whoami', { env })).status, 0)
  const target = new URL(serverOf(gate)).host
  const authorization = `Basic ${Buffer.from('alice:s:cret').toString('base64')}`
  assert.ok(proxy.asked.length >= 5, 'the certificate, the code, its answer, the certificate, and who it is')
  for (const asked of proxy.asked) assert.deepEqual(asked, { target, authorization })
  const before = proxy.asked.length
  assert.equal((await user.run('whoami', { env: { ...env, NO_PROXY: 'other.example,localhost' } })).status, 0)
  assert.equal(proxy.asked.length, before)
  const bare = await user.run('whoami', { env: { https_proxy: `127.0.0.1:${proxy.port}` } })
  assert.equal(bare.status, 0, bare.stderr)
  assert.deepEqual(proxy.asked.at(-1), { target, authorization: undefined })
})

test('a proxy that is not there, refuses, wants a password or cannot go on is named as what failed, without its password', {
  skip,
}, async () => {
  // Stopped below: a port that is not given to whoever asks for any.
  const own = { ...flags, 'listen.https': [`127.0.0.1:${await freePort()}`] }
  await using gate = await TestGateway.start({ flags: own })
  await using proxy = await ConnectProxy.start()
  using user = new CommandUser(gate.directory.file('home-laptop'), { agent: false })
  const dead = await freePort()
  const { host } = new URL(serverOf(gate))
  const through = (port: number) => ({ HTTPS_PROXY: `http://me:hunter2@127.0.0.1:${port}` })
  const fails = async (env: NodeJS.ProcessEnv, expected: RegExp, status = 7) => {
    const answer = await user.run(`login --device ${known(gate)}`, { env })
    assert.equal(answer.status, status, answer.stderr)
    assert.match(answer.stderr, expected)
    assert.doesNotMatch(answer.stderr, /hunter2/)
  }
  await fails(
    through(dead),
    new RegExp(
      `error: https://${host} cannot be reached {2}\\[SP1008[^\\n]*\n {2}why {3}nothing listens on 127\\.0\\.0\\.1:${dead}, the proxy that HTTPS_PROXY names\n {2}fix {3}correct HTTPS_PROXY, or name localhost in NO_PROXY\n$`,
    ),
  )
  const why = (text: string) => new RegExp(` {2}why {3}the proxy 127\\.0\\.0\\.1:${proxy.port} ${text}\n`)
  proxy.refusal = '403 Forbidden'
  await fails(through(proxy.port), why(`does not let ${host} through: it answers 403`))
  proxy.refusal = '407 Proxy Authentication Required'
  await fails(through(proxy.port), why('wants a name and a password'))
  proxy.refusal = undefined
  await gate.gateway.stop({ drainMs: 0 })
  await fails(through(proxy.port), why(`cannot reach ${host}: it answers 502`))
  await fails({ HTTPS_PROXY: 'socks5://me:hunter2@127.0.0.1:1080' }, /error: HTTPS_PROXY names no HTTP proxy/, 2)
})

test('through a proxy a certificate is compared as without one: nothing is sent to who shows another', {
  skip,
}, async () => {
  await using gate = await TestGateway.start({ flags })
  await using proxy = await ConnectProxy.start()
  using user = new CommandUser(gate.directory.file('home-laptop'), { agent: false })
  const env = { https_proxy: `http://127.0.0.1:${proxy.port}` }
  const other = '00:'.repeat(31).concat('00')
  const wrong = await user.run(`login --device --server ${serverOf(gate)} --fingerprint ${other}`, { env })
  assert.equal(wrong.status, 7)
  assert.match(wrong.stderr, /SP4007 server\.untrusted/)
  assert.equal(proxy.asked.length, 1)
})
