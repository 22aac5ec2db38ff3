import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { GatewayError } from '../gateway-error.ts'

/** Time for a command to send its request, in milliseconds. */
const REQUEST_TIMEOUT_MS = 30_000
/** Connections at once: commands and a few that follow the log. */
const CONNECTIONS_MAX = 256

/** Told of what a listener could not do once it listens. */
export type ListenerFailed = (what: string, error: unknown) => void

/**
 * Serves the app on a unix socket that only the state's owner and root can open: mode 0600 in a 0700 directory.
 * The state is locked by this process, so a socket file that lies there is of a daemon that is gone.
 */
export async function listenControl(path: string, app: Hono, failed: ListenerFailed): Promise<Server> {
  rmSync(path, { force: true })
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => {
      void listener(request, response).catch(() => response.destroy())
    },
  )
  server.maxConnections = CONNECTIONS_MAX
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (cause) =>
    reject(
      new GatewayError('state.unusable', `cannot listen on ${path}`, {
        why: cause.message,
        fix: 'choose a state directory with a shorter path (unix sockets end at 107 characters) on a local file system',
        cause,
      }),
    ),
  )
  // Bound within the call: nobody else's file is made under this umask.
  const umask = process.umask(0o177)
  try {
    server.listen(path, resolve)
  } finally {
    process.umask(umask)
  }
  await promise
  // Without a listener for it, a connection that cannot be accepted would end the process.
  server.on('error', (error) => failed('accept a connection on the control socket', error))
  chmodSync(path, 0o600)
  return server
}
