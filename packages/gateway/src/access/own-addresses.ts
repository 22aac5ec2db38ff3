import { networkInterfaces } from 'node:os'
import type { SocketAddress } from '../config/socket-address.ts'
import { canonicalAddress } from '../defence/network.ts'

/** Whether an address and port lead back into the gateway itself. */
export type IsOwn = (address: string, port: number) => boolean

/**
 * Any listening port of ours, on any address of this machine: a listener bound to one address is treated as bound to all,
 * because a firewall or container may map them onto each other.
 */
export function ownAddresses(listeners: () => readonly SocketAddress[], interfaces = networkInterfaces): IsOwn {
  return (address, port) => {
    if (!listeners().some((listener) => listener.port === port)) return false
    if (address === '0.0.0.0' || address === '::' || address === '::1' || address.startsWith('127.')) return true
    const local = [
      ...listeners().map((listener) => listener.address),
      ...Object.values(interfaces()).flatMap((infos) => (infos ?? []).map((info) => info.address)),
    ]
    return local.some((each) => canonicalAddress(each) === address)
  }
}
