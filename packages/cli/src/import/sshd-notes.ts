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

/** Criteria that the accounts and groups at hand decide. */
const OF_PEOPLE: readonly string[] = ['user', 'group', 'all', 'invalid-user']

/** Why no rule came of a line, by the conditions it stands under and by what may win over it. */
export function whyNotCarried({ block, place }: SshdSetting, alike: readonly SshdSetting[]): string {
  const kinds = criteriaOf(block).filter((kind) => !OF_PEOPLE.includes(kind))
  const other = kinds.find((kind) => kind !== 'address')
  if (other !== undefined) return `Match ${other} has no counterpart in a policy`
  if (kinds.length > 0)
    return 'a rule cannot ask for who and from where at once; "sources" of a sallyport.dev/cap/ssh grant can narrow one'
  const before = alike.slice(
    0,
    alike.findIndex((setting) => setting.place === place),
  )
  const rival = before.find((setting) => criteriaOf(setting.block).some((kind) => !OF_PEOPLE.includes(kind)))
  if (rival !== undefined) return `${rival.place} may win over it, depending on more than who asks`
  return 'for nobody that the files at hand name does it surely decide'
}

function criteriaOf(block: MatchBlock | undefined): readonly string[] {
  if (block === undefined) return []
  return [...block.criteria.map(({ kind }) => kind), ...criteriaOf(block.outer)]
}
