import { type IpNetwork, isInNetwork, parseIpAddress, parseIpNetwork } from './ip-address.ts'

/**
 * Whether a name matches a pattern of ssh_config(5) PATTERNS: `*` any characters, `?` exactly one. Case counts.
 * Takes at most name × pattern steps, whatever the stars.
 */
export function matchesPattern(name: string, pattern: string): boolean {
  let at = 0
  let inPattern = 0
  let star = -1
  let retry = 0
  while (at < name.length) {
    const wanted = pattern[inPattern]
    if (wanted === '*') {
      star = inPattern++
      retry = at
    } else if (wanted === '?' || (wanted !== undefined && wanted === name[at])) {
      at++
      inPattern++
    } else if (star !== -1) {
      inPattern = star + 1
      at = ++retry
    } else return false
  }
  while (pattern[inPattern] === '*') inPattern++
  return inPattern === pattern.length
}

/** One entry of a pattern list: a name with wildcards, or a network; `!` turns a match into a refusal of the whole list. */
export interface HostPattern {
  readonly negated: boolean
  readonly text: string
  readonly network?: IpNetwork
}

/** More entries than any real line has; each is tried for every connection. */
const MAX_PATTERNS = 1024

/** Reads a comma-separated pattern list of names, addresses and CIDR networks; undefined where an entry is malformed. */
export function parseHostPatterns(text: string): readonly HostPattern[] | undefined {
  const entries = text.split(',')
  if (entries.length > MAX_PATTERNS) return undefined
  const patterns: HostPattern[] = []
  for (const entry of entries) {
    const negated = entry.startsWith('!')
    const pattern = (negated ? entry.slice(1) : entry).toLowerCase()
    if (pattern === '' || /\s/.test(pattern)) return undefined
    const network = parseIpNetwork(pattern)
    if (network === undefined && pattern.includes('/')) return undefined
    patterns.push(network === undefined ? { negated, text: pattern } : { negated, text: pattern, network })
  }
  return patterns
}

/** Whether a list allows a peer: some entry matches its address or, where one is known, its name, and no negated one does. */
export function allowsPeer(patterns: readonly HostPattern[], peer: { address: string; name?: string }): boolean {
  const address = parseIpAddress(peer.address)
  const spellings = [peer.address.toLowerCase(), ...(peer.name === undefined ? [] : [peer.name.toLowerCase()])]
  const matches = patterns.filter(({ network, text }) =>
    network === undefined
      ? spellings.some((spelling) => matchesPattern(spelling, text))
      : address !== undefined && isInNetwork(address, network),
  )
  return matches.length > 0 && matches.every((pattern) => !pattern.negated)
}
