import { createServer, type Server } from 'node:http'
import type { SocketAddress } from '../config/socket-address.ts'

const PREFIX = '/.well-known/acme-challenge/'
/** A validator sends one line and its headers, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000
/** Validators come from a handful of places at once. */
const CONNECTIONS_MAX = 256
const HEADER_MAX_BYTES = 8192

/** Answers one http-01 challenge (RFC 8555 §8.3) on a plain port, which is open no longer than the challenge. */
export async function httpChallenge(
  { address, port }: SocketAddress,
  { token, keyAuthorization }: { readonly token: string; readonly keyAuthorization: string },
): Promise<AsyncDisposable> {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS, maxHeaderSize: HEADER_MAX_BYTES },
    (request, response) => {
      const found = request.method === 'GET' && request.url === `${PREFIX}${token}`
      const type = {
        'content-type': found ? 'application/octet-stream' : 'text/plain',
        'x-content-type-options': 'nosniff',
      }
      response.writeHead(found ? 200 : 404, type).end(found ? keyAuthorization : 'there is nothing here\n')
    },
  )
  server.maxConnections = CONNECTIONS_MAX
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address, port, ipv6Only: address.includes(':') }, resolve)
  })
  server.on('error', () => {})
  return { [Symbol.asyncDispose]: () => closed(server) }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
