import { Agent } from 'node:https'
import { BlockList, isIP } from 'node:net'
import { CommandError } from '../command-error.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The HTTP proxy that a connection goes through. */
export interface HttpsProxy {
  /** Everything it connects goes through the proxy. */
  readonly agent: Agent
  /** `proxy.example.com:3128`; never with a password. */
  readonly host: string
}

/**
 * The proxy that HTTPS_PROXY names (lower case comes first, as to curl) for a host without brackets; undefined where none is
 * set, or NO_PROXY says to go around it. Throws CommandError `usage.invalid` for one that is no HTTP proxy.
 */
export function httpsProxy(environment: Environment, host: string, port: number): HttpsProxy | undefined {
  const text = environment['https_proxy'] || environment['HTTPS_PROXY'] || ''
  if (text === '' || goesAround(environment['no_proxy'] || environment['NO_PROXY'] || '', host, port)) return undefined
  // Without a scheme it is plain HTTP to curl; Node would go around it without a word.
  const full = text.includes('://') ? text : `http://${text}`
  try {
    const url = new URL(full)
    if (url.protocol === 'http:' || url.protocol === 'https:')
      return { agent: new Agent({ proxyEnv: { https_proxy: full } }), host: url.host }
  } catch {
    // Said below, without the text: a password may stand in it.
  }
  throw new CommandError('usage.invalid', 'HTTPS_PROXY names no HTTP proxy', {
    fix: 'write it as in http://proxy.example.com:3128, or go around it with NO_PROXY',
  })
}

/**
 * Whether a NO_PROXY has the host: `*`, a name with all below it (a dot or `*.` in front changes nothing), an address, a
 * network as in 10.0.0.0/8; each but the star and networks may end in a port.
 */
export function goesAround(noProxy: string, host: string, port: number): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  return noProxy.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true
    if (entry.includes('/')) return isWithin(entry, name)
    const { 1: only = entry, 2: onlyPort } = isIP(entry) === 6 ? [] : (/^(.*):(\d{1,5})$/.exec(entry) ?? [])
    if (onlyPort !== undefined && Number(onlyPort) !== port) return false
    const wanted = only.toLowerCase().replace(/^\[|\]$/g, '')
    const suffix = wanted.replace(/^\*?\./, '')
    return suffix !== '' && (name === suffix || (isIP(name) === 0 && name.endsWith(`.${suffix}`)))
  })
}

function isWithin(network: string, host: string): boolean {
  const [address = '', bits = ''] = network.split('/')
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(host) === 0 || isIP(host) !== isIP(address) || !/^\d{1,3}$/.test(bits)) return false
  if (Number(bits) > (family === 'ipv6' ? 128 : 32)) return false
  const list = new BlockList()
  list.addSubnet(address, Number(bits), family)
  return list.check(host, family)
}
