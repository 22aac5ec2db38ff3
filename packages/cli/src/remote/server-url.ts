import { CommandError } from '../command-error.ts'

/** Where the console and the API are unless a URL names its port. */
const DEFAULT_PORT = '8443'

/** `https://gw.example.com:8443` of what people write: with or without `https://`, a port and a last slash. */
export function parseServerUrl(text: string): string {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${withPort(text)}`
  const url = URL.canParse(full) ? new URL(full) : undefined
  if (
    url === undefined ||
    url.protocol !== 'https:' ||
    url.pathname !== '/' ||
    url.search + url.hash + url.username + url.password !== '' ||
    /[\s\p{C}]/u.test(text)
  ) {
    throw new CommandError('usage.invalid', `“${text}” is no gateway’s address`, {
      fix: 'write it as in https://gw.example.com:8443',
    })
  }
  return url.origin
}

/** A bare name has our port; a whole URL means what it says. */
function withPort(text: string): string {
  const bare = text.replace(/\/$/, '')
  return /:\d+$/.test(bare) ? bare : `${bare}:${DEFAULT_PORT}`
}

/** SHA-256 of a certificate as people write it, as `AB:CD:…`: with or without colons and a name before it. */
export function parseFingerprint(text: string): string {
  const digits = text.replace(/^sha-?256[:= ]/i, '').replaceAll(/[:\s]/g, '')
  if (!/^[0-9a-f]{64}$/i.test(digits)) {
    throw new CommandError('usage.invalid', `“${text}” is no SHA-256 of a certificate`, {
      fix: 'copy it from what the gateway prints when it starts: 32 bytes in hex, AB:CD:…',
    })
  }
  return (digits.toUpperCase().match(/../g) ?? []).join(':')
}
