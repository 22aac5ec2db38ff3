import { hostname } from 'node:os'
import type { Config } from '../config/settings.ts'

const HTTPS_PORT = 443

/** Where people open the console: the origin that links name and that passkeys belong to. */
export function publicOrigin({ https, ssh }: Config, port: number): string {
  if (https.url !== '') return https.url
  const name = ssh.hostname === '' ? 'localhost' : ssh.hostname
  return new URL(`https://${name}:${port}`).origin
}

/** Names that the HTTPS door answers to in a Host header: its own, and those it has on this machine. */
export function webHosts(config: Config, port: number): ReadonlySet<string> {
  const own = [config.ssh.hostname, ...(config.https.acme?.names ?? []), hostname(), 'localhost', '127.0.0.1', '[::1]']
  const names = own.filter((name) => name !== '')
  const local = names.map((name) => (port === HTTPS_PORT ? name : `${name}:${port}`))
  return new Set([new URL(publicOrigin(config, port)).host, ...local.map((name) => name.toLowerCase())])
}

/** Name or address under which people open the console. */
export function publicHost(config: Config): string {
  return new URL(publicOrigin(config, HTTPS_PORT)).hostname.replace(/^\[|\]$/g, '')
}

/** Names for the self-signed certificate. */
export function certificateNames(config: Config): readonly string[] {
  return [...new Set([publicHost(config), hostname().toLowerCase(), 'localhost', '127.0.0.1', '::1'])]
}
