import type { MatchBlock, SshdSetting } from './sshd-config-file.ts'

/** What a setting that decides nothing about reach comes to here; those not listed are only counted. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  authenticationmethods:
    'how people prove who they are is no part of the policy: the gateway takes keys (sallyport key add)',
  authorizedkeysfile: 'keys are the gateway’s own: sallyport key add USER FILE',
  authorizedkeyscommand: 'keys are the gateway’s own: sallyport key add USER FILE',
  trustedusercakeys: 'keys are the gateway’s own: sallyport key add USER FILE',
  passwordauthentication: 'people sign in with keys',
  clientaliveinterval: 'set keepalive_interval under [ssh] in the configuration',
  clientalivecountmax: 'set keepalive_count under [ssh] in the configuration',
  channeltimeout: 'set idle_timeout under [ssh] in the configuration',
  unusedconnectiontimeout: 'set idle_timeout under [ssh] in the configuration',
  logingracetime: 'set login_grace under [ssh] in the configuration',
  maxauthtries: 'set max_auth_tries under [ssh] in the configuration',
  maxstartups: 'set max_startups under [ssh] in the configuration',
  maxsessions: 'set max_channels under [ssh] in the configuration',
  banner: 'set banner under [ssh] in the configuration',
  permitlisten: 'nothing listens on the gateway for others',
  gatewayports: 'nothing listens on the gateway for others',
  permittunnel: 'the gateway carries no tunnel devices',
  allowstreamlocalforwarding: 'the gateway carries no unix sockets',
  allowagentforwarding: 'the gateway gives nobody a shell: what a session may do is up to the target',
  x11forwarding: 'the gateway gives nobody a shell: what a session may do is up to the target',
  permittty: 'the gateway gives nobody a shell: what a session may do is up to the target',
  forcecommand: 'the gateway gives nobody a shell: what a session may do is up to the target',
  chrootdirectory: 'the gateway gives nobody a shell: what a session may do is up to the target',
}

/** Settings that the rules are made of. */
export const CARRIED: readonly string[] = [
  'permitopen',
  'allowtcpforwarding',
  'disableforwarding',
  'allowusers',
  'denyusers',
  'allowgroups',
  'denygroups',
  'permitrootlogin',
]

export function elsewhere({ keyword }: SshdSetting): string | undefined {
  return Object.hasOwn(ELSEWHERE, keyword) ? ELSEWHERE[keyword] : undefined
}

/** Why no rule came of a line, by the conditions it stands under. */
export function whyNotCarried(block: MatchBlock | undefined): string {
  const kinds = new Set<string>()
  for (let at = block; at !== undefined; at = at.outer) for (const { kind } of at.criteria) kinds.add(kind)
  const placed = kinds.has('address')
  for (const known of ['user', 'group', 'address', 'all', 'invalid-user']) kinds.delete(known)
  const [other] = kinds
  if (other !== undefined) return `Match ${other} has no counterpart in a policy`
  if (placed) return 'in a policy, who and from where are alternatives: a rule cannot ask for both'
  return 'for nobody that the files at hand name does it surely decide'
}
