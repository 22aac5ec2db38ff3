import { canonicalAddress } from '../defence/network.ts'

/** What a client may mean by the host it writes. */
export type CanonicalHost =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'name'; readonly name: string }

/** Longest DNS name, in characters, without its final dot. */
const NAME_MAX = 253
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/
/** A last label that some resolver would take for part of an IPv4 number: `1`, `0x7f`, `0177`. */
const NUMERIC_LABEL = /^(0x[0-9a-f]*|[0-9]+)$/

/**
 * One form for every way to write a host: lower case, no final dot, no brackets, IPv4-mapped IPv6 as IPv4.
 * `undefined` for what has no plain meaning: numbers that some resolver would read as an address (`2130706433`,
 * `0x7f.1`, `010.0.0.1`), zones, empty labels, characters outside DNS.
 */
export function canonicalHost(text: string): CanonicalHost | undefined {
  if (text.includes('%')) return undefined
  const bracketed = /^\[(.*)\]$/.exec(text)?.[1]
  if (bracketed !== undefined && !bracketed.includes(':')) return undefined
  const bare = bracketed ?? text
  if (bare.includes(':')) return asAddress(bare)
  const name = (bare.endsWith('.') ? bare.slice(0, -1) : bare).toLowerCase()
  const labels = name.split('.')
  if (NUMERIC_LABEL.test(labels.at(-1) ?? '')) return asAddress(name)
  if (name.length > NAME_MAX || !labels.every((label) => LABEL.test(label))) return undefined
  return { kind: 'name', name }
}

function asAddress(text: string): CanonicalHost | undefined {
  const address = canonicalAddress(text)
  return address === undefined ? undefined : { kind: 'address', address }
}
