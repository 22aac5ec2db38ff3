import { quote } from '../text/quote.ts'
import type { SshUser } from './policy.ts'
import { domainFault, type Names, SELECTOR_MAX } from './selector.ts'
import type { Parsed } from './service.ts'

/** What a login name looks like that was probably meant as something else. */
const MEANT_OTHERWISE = /^(?:autogroup|group|tag|localpart|user|ipset|host):/

/**
 * One entry of `users`. As at Tailscale nearly every text is a login name, even `group:dba`: `warning` tells where that was
 * hardly meant.
 */
export function parseSshUser(text: string, names: Names): Parsed<SshUser> & { readonly warning?: string } {
  if (text === '' || text === '*') return { ok: false, message: `user ${quote(text)} is not valid` }
  if (text.length > SELECTOR_MAX) {
    return { ok: false, message: `user ${quote(text)}: a login name has at most ${SELECTOR_MAX} characters` }
  }
  if (text === 'autogroup:nonroot') return { ok: true, value: { kind: 'nonroot', text } }
  const domain = text.startsWith('localpart:*@') ? text.slice('localpart:*@'.length) : ''
  if (domain === '') {
    const user: Parsed<SshUser> = { ok: true, value: { kind: 'name', text } }
    if (!MEANT_OTHERWISE.test(text)) return user
    return { ...user, warning: `user ${quote(text)} is taken as a login name` }
  }
  const message = domainFault(domain, names)
  if (message !== undefined) return { ok: false, message }
  return { ok: true, value: { kind: 'localpart', text, domain: domain.toLowerCase() } }
}
