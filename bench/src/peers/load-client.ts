/**
 * Many clients in one process of its own, so that their cost is not the gateway's:
 *   `node load-client.ts hold COUNT PORT KEYFILE`              logs in COUNT times, prints `ready`, holds until its input ends
 *   `node load-client.ts hold-open COUNT PORT KEYFILE TARGET`  the same with a channel to TARGET open on each
 *   `node load-client.ts cycle COUNT PORT KEYFILE TARGET [AT_ONCE [KEX]]`   COUNT times, AT_ONCE (1) under way at any time: logs in,
 *                                                              with one key exchange or stock ones in turn, opens a channel to TARGET, waits for its end, and leaves
 *   `node load-client.ts type COUNT PORT KEYFILE TARGET SECONDS`   COUNT sessions to an echo, five keystrokes a second each;
 *                                                              prints the round trips in milliseconds as a JSON list
 *   `node load-client.ts type-direct COUNT 0 - TARGET SECONDS`  the same over plain TCP
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { userInfo } from 'node:os'
import { algorithmProfiles, connectSsh, type SshClientConnection } from '@sallyport/ssh'
import { decodePrivateKey } from '@sallyport/ssh/keys'

const KEYSTROKE_EVERY_MS = 200
const KEYSTROKE = new Uint8Array(32)
/** What OpenSSH 10 and 9 choose. */
const STOCK_KEX = ['mlkem768x25519-sha256', 'sntrup761x25519-sha512']
/** Logins under way at once: the start limits of a jump host are not what is measured. */
const LOGINS_AT_ONCE = 16

const [mode = '', countText = '0', portText = '0', keyFile = '', targetText = '0', lastText, onlyKex = ''] =
  process.argv.slice(2)
const count = Number(countText)
const target = {
  kind: 'direct-tcpip',
  host: '127.0.0.1',
  port: Number(targetText),
  originHost: '127.0.0.1',
  originPort: 0,
} as const

/** A line to an echo: sends a keystroke, resolves when it is back. */
type Line = (keystroke: Uint8Array) => Promise<void>

if (mode.startsWith('hold')) await hold()
else if (mode === 'cycle') await cycle()
else {
  const trips = await type(mode === 'type-direct' ? directLine : jumpLine)
  // Thousands of numbers: a pipe takes them in pieces, and an exit would not wait for the last.
  await new Promise((resolve) => process.stdout.write(JSON.stringify(trips), resolve))
}
process.exit(0)

async function logIn(kex: readonly string[] = algorithmProfiles.modern.kex): Promise<SshClientConnection> {
  return connectSsh({
    host: '127.0.0.1',
    port: Number(portText),
    username: userInfo().username,
    signers: [decodePrivateKey(readFileSync(keyFile, 'utf8'))],
    queryKeysFirst: false,
    algorithms: { ...algorithmProfiles.modern, kex },
    hostKeyVerifier: () => true,
  })
}

async function hold(): Promise<void> {
  await inBatches(async () => {
    const connection = await logIn()
    if (mode === 'hold-open') await connection.open(target)
  })
  console.log('ready')
  process.stdin.resume()
  await once(process.stdin, 'end')
}

async function cycle(): Promise<void> {
  await inBatches(
    async (index) => {
      await using connection = await logIn([onlyKex === '' ? (STOCK_KEX[index % STOCK_KEX.length] ?? '') : onlyKex])
      for await (const _chunk of await connection.open(target));
    },
    Number(lastText ?? '1'),
  )
}

async function inBatches(work: (index: number) => Promise<void>, atOnce = LOGINS_AT_ONCE): Promise<void> {
  let begun = 0
  const worker = async () => {
    while (begun < count) await work(begun++)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

async function type(open: () => Promise<Line>): Promise<number[]> {
  const lines: Line[] = []
  await inBatches(async () => void lines.push(await open()))
  const trips: number[] = []
  const until = performance.now() + Number(lastText ?? '10') * 1000
  await Promise.all(
    lines.map(async (line, index) => {
      await sleep((KEYSTROKE_EVERY_MS * index) / lines.length) // people do not type in step
      while (performance.now() < until) {
        const started = performance.now()
        await line(KEYSTROKE)
        const took = performance.now() - started
        trips.push(took)
        await sleep(Math.max(0, KEYSTROKE_EVERY_MS - took))
      }
    }),
  )
  return trips
}

async function jumpLine(): Promise<Line> {
  const channel = await (await logIn()).open(target)
  const chunks = channel[Symbol.asyncIterator]()
  return async (keystroke) => {
    await channel.writeAll(keystroke)
    let left = keystroke.length
    while (left > 0) {
      const next = await chunks.next()
      if (next.done === true) throw new Error('the echo ended')
      left -= next.value.length
    }
  }
}

async function directLine(): Promise<Line> {
  const socket = connect({ port: target.port, host: target.host, noDelay: true })
  await once(socket, 'connect')
  return async (keystroke) => {
    socket.write(keystroke)
    let left = keystroke.length
    while (left > 0) {
      const [chunk] = (await once(socket, 'data')) as [Uint8Array]
      left -= chunk.length
    }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
