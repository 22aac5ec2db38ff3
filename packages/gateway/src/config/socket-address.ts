import { isIP } from 'node:net'

/** An address and port to listen on. */
export interface SocketAddress {
  readonly address: string
  readonly port: number
}

/** `0.0.0.0:2222`, `[::1]:2222`; port 0 takes a free one. `undefined` where the text is none. */
export function parseSocketAddress(text: string): SocketAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text)
  if (match === null) return undefined
  const address = match[1] ?? match[2] ?? ''
  const port = Number(match[3])
  if (isIP(address) !== (match[1] === undefined ? 4 : 6) || port > 65535) return undefined
  return { address, port }
}

export function formatSocketAddress({ address, port }: SocketAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
