/** A small SSH server for tests: alice has a key, a password and a code; sessions echo what they get. */
import type { AddressInfo } from 'node:net'
import { ChannelStream, type ConnectionHandler } from '../../connection/index.ts'
import { generatePrivateKey, samePublicKey } from '../../keys/index.ts'
import { OPEN_FAILURE } from '../../messages/connection.ts'
import { SshServer, type SshServerConnection, type SshServerOptions } from '../server.ts'
import type { Authenticator, AuthFact } from '../server-login.ts'

export const testHostKey = generatePrivateKey('ssh-ed25519')
export const aliceKey = generatePrivateKey('ssh-ed25519')

export interface EchoServer extends AsyncDisposable {
  readonly server: SshServer<string>
  readonly address: AddressInfo
  readonly facts: AuthFact[]
  /** Connections that have ended, with the code they ended with. */
  readonly ended: { readonly connection: SshServerConnection<string>; readonly code: string }[]
}

export function aliceAuthenticator(facts: AuthFact[] = []): Authenticator<string> {
  const isAlice = (user: string): boolean => user === 'alice'
  return {
    acceptsKey: ({ user, key }) => isAlice(user) && samePublicKey(key, aliceKey.publicKey),
    decideKey: ({ user, key }) =>
      isAlice(user) && samePublicKey(key.key, aliceKey.publicKey)
        ? { outcome: 'success', identity: 'alice by key' }
        : { outcome: 'failure' },
    decidePassword: ({ user, password }) =>
      isAlice(user) && Buffer.from(password).toString() === 'secret'
        ? { outcome: 'success', identity: 'alice by password' }
        : { outcome: 'failure' },
    async converse({ user, ask }) {
      const [code] = await ask({ instruction: 'Two questions.', prompts: [{ text: 'Code: ', echo: true }] })
      const [word] = await ask({ prompts: [{ text: 'Word: ', echo: false }] })
      return isAlice(user) && code === '123' && word === 'xyzzy'
        ? { outcome: 'success', identity: 'alice by answers' }
        : { outcome: 'failure' }
    },
    observe: (fact) => facts.push(fact),
  }
}

/** Echoes sessions; `exec` of `fail` exits with 3, everything else with 0. */
export function echoSession(connection: SshServerConnection<string>): ConnectionHandler {
  return {
    channelOpen(open) {
      if (open.channelType.kind !== 'session')
        return open.reject(OPEN_FAILURE.administrativelyProhibited, 'only sessions')
      let command = ''
      const stream = ChannelStream.accept(open, {
        request(incoming) {
          if (incoming.request.kind === 'exec') command = new TextDecoder().decode(incoming.request.command)
          else if (incoming.request.kind !== 'shell' && incoming.request.kind !== 'env') return
          incoming.succeed()
          if (incoming.request.kind !== 'env') void echo(stream, () => command, connection)
        },
      })
    },
  }
}

async function echo(
  stream: ChannelStream,
  command: () => string,
  connection: SshServerConnection<string>,
): Promise<void> {
  try {
    if (command() === 'whoami') await stream.writeAll(new TextEncoder().encode(`${connection.login?.identity}\n`))
    else for await (const chunk of stream) await stream.writeAll(chunk)
    stream.end()
    stream.channel.request({ kind: 'exit-status', status: command() === 'fail' ? 3 : 0 })
    stream.channel.close()
  } catch {
    // the client has gone
  }
}

export async function startEchoServer(options: Partial<SshServerOptions<string>> = {}): Promise<EchoServer> {
  const facts: AuthFact[] = []
  const ended: { connection: SshServerConnection<string>; code: string }[] = []
  const server = new SshServer<string>({
    hostKeys: [testHostKey],
    authenticator: aliceAuthenticator(facts),
    session: echoSession,
    ended: (connection, error) => ended.push({ connection, code: error.code }),
    ...options,
  })
  const address = await server.listen(0)
  return {
    server,
    address,
    facts,
    ended,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
    },
  }
}
