import { formatIpRange, isSingleAddress } from '../address/ip-range.ts'
import { formatGoDuration } from '../language/go-duration.ts'
import type {
  AppCapability,
  JsonValue,
  NodeAttribute,
  Policy,
  PolicyTest,
  Rule,
  SshRule,
  SshTest,
} from '../language/policy.ts'

/**
 * A policy as canonical text: JSON of two spaces, the sections in a fixed order, every name as it was written. Comments
 * and layout are not in it; reading it gives the same policy, but for places.
 */
export function printPolicy(policy: Policy): string {
  const rulesOf = (section: Rule['section']): readonly Rule[] => policy.rules.filter((rule) => rule.section === section)
  const acls = rulesOf('acls')
  const { network } = policy
  const sections: readonly (readonly [string, unknown])[] = [
    ['groups', byName(policy.groups, ({ name, members }) => [name, textsOf(members)])],
    ['hosts', byName(policy.hosts, ({ name, text }) => [name, text])],
    ['tagOwners', byName(policy.tagOwners, ({ tag, owners }) => [tag, owners])],
    ['ipsets', byName(policy.ipsets, ({ name, entries }) => [name, entries])],
    ['postures', byName(policy.postures, ({ name, conditions }) => [name, textsOf(conditions)])],
    ['defaultSrcPosture', policy.defaultSrcPosture],
    ['acls', acls.map(printAcl)],
    ['grants', rulesOf('grants').map(printGrant)],
    ['ssh', policy.sshRules.map(printSshRule)],
    ['autoApprovers', printAutoApprovers(policy)],
    ['nodeAttrs', policy.nodeAttributes.map(printNodeAttribute)],
    ['tests', policy.tests.map(printTest)],
    ['sshTests', policy.sshTests.map(printSshTest)],
  ]
  const text = {
    ...filled(Object.fromEntries(sections)),
    // Without rules, that there is a list of them is what closes the mesh.
    ...(policy.restricts && policy.rules.length === 0 ? { acls: [] } : {}),
    ...(network.derpMap === undefined ? {} : { derpMap: network.derpMap }),
    ...(network.disableIPv4 === undefined ? {} : { disableIPv4: network.disableIPv4 }),
    ...(network.oneCgnatRoute === undefined ? {} : { OneCGNATRoute: network.oneCgnatRoute }),
    ...(network.randomizeClientPort === undefined ? {} : { randomizeClientPort: network.randomizeClientPort }),
  }
  return `${JSON.stringify(text, undefined, 2)}\n`
}

function printAcl(rule: Rule): object {
  return {
    action: 'accept',
    ...(rule.protocol === undefined ? {} : { proto: rule.protocol }),
    src: textsOf(rule.sources),
    dst: textsOf(rule.destinations),
    ...filled({ srcPosture: rule.srcPosture }),
  }
}

function printGrant(rule: Rule): object {
  const { ip = [], app, via, srcPosture } = rule
  return {
    src: textsOf(rule.sources),
    dst: textsOf(rule.destinations),
    ...filled({ ip, app: printApp(app), via, srcPosture }),
  }
}

function printApp(app: readonly AppCapability[]): { readonly [name: string]: readonly JsonValue[] } {
  return Object.fromEntries(app.map(({ name, values }) => [name, values]))
}

function printSshRule(rule: SshRule): object {
  const { checkPeriodSeconds } = rule
  return {
    action: rule.action,
    src: textsOf(rule.sources),
    dst: textsOf(rule.destinations),
    users: textsOf(rule.users),
    ...(checkPeriodSeconds === undefined ? {} : { checkPeriod: printPeriod(checkPeriodSeconds) }),
    ...filled({ acceptEnv: rule.acceptEnv, recorder: textsOf(rule.recorder) }),
    ...(rule.enforceRecorder ? { enforceRecorder: true } : {}),
    ...filled({ srcPosture: rule.srcPosture }),
  }
}

function printPeriod(seconds: number): string {
  return seconds === 0 ? 'always' : formatGoDuration(seconds)
}

function printAutoApprovers({ autoApprovers }: Policy): object {
  const { routes, exitNode, services } = autoApprovers
  return filled({
    routes: Object.fromEntries(routes.map(({ text, approvers }) => [text, textsOf(approvers)])),
    exitNode: textsOf(exitNode),
    services: Object.fromEntries([...services].map(([name, approvers]) => [name, textsOf(approvers)])),
  })
}

function printNodeAttribute({ targets, attributes, app, ipPool }: NodeAttribute): object {
  const pool = ipPool.map((range) => (isSingleAddress(range) ? `${formatIpRange(range)}/32` : formatIpRange(range)))
  return { target: textsOf(targets), ...filled({ attr: attributes, app: printApp(app), ipPool: pool }) }
}

function printTest({ sourceText, protocolText, checks, srcPostureAttrs }: PolicyTest): object {
  const texts = (expect: 'accept' | 'deny'): readonly string[] =>
    textsOf(checks.filter((check) => check.expect === expect))
  return {
    src: sourceText,
    ...(protocolText === '' ? {} : { proto: protocolText }),
    ...filled({ accept: texts('accept'), deny: texts('deny') }),
    ...(srcPostureAttrs === undefined ? {} : { srcPostureAttrs }),
  }
}

function printSshTest({ sourceText, destinations, accept, deny, check, srcPostureAttrs }: SshTest): object {
  return {
    src: sourceText,
    dst: textsOf(destinations),
    ...filled({ accept, deny, check }),
    ...(srcPostureAttrs === undefined ? {} : { srcPostureAttrs }),
  }
}

function textsOf(items: readonly { readonly text: string }[]): readonly string[] {
  return items.map(({ text }) => text)
}

function byName<T>(map: ReadonlyMap<string, T>, value: (item: T) => readonly [string, unknown]): object {
  return Object.fromEntries([...map.values()].map(value))
}

/** Without the lists and objects that hold nothing. */
function filled(sections: object): object {
  return Object.fromEntries(
    Object.entries(sections).filter(([, value]) => typeof value === 'object' && Object.keys(value ?? {}).length > 0),
  )
}
