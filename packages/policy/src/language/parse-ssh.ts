import type { JsonNode, JsonString } from '../text/hujson.ts'
import type { KeySet, NodeReader } from '../text/node-reader.ts'
import { quote } from '../text/quote.ts'
import { formatGoDuration, parseGoDuration } from './go-duration.ts'
import type { Autogroup, Selector, SshRule, SshUser } from './policy.ts'
import { checkSelf, parseSrcPosture } from './rule-parts.ts'
import { type Names, parseSelectorIn } from './selector.ts'
import { parseSshUser } from './ssh-user.ts'

const SSH_KEYS: KeySet = {
  known: ['action', 'src', 'dst', 'users', 'checkPeriod', 'acceptEnv', 'recorder', 'enforceRecorder', 'srcPosture'],
}
/** A check stays good for a week at most. */
export const CHECK_PERIOD_MAX_SECONDS = 168 * 60 * 60
/** Autogroups that name no people and no machines that could open a session. */
const NO_SOURCES: readonly Autogroup[] = ['autogroup:self', 'autogroup:internet', 'autogroup:danger-all']
const DESTINATIONS: readonly Autogroup[] = ['autogroup:self', 'autogroup:tagged']

/** Reads `ssh`: who may log in as whom on which machines of the mesh. */
export function parseSsh(section: JsonNode | undefined, reader: NodeReader, names: Names): readonly SshRule[] {
  return reader.items(section, '"ssh"').map((node, index) => parseRule(node, index, reader, names))
}

function parseRule(node: JsonNode, index: number, reader: NodeReader, names: Names): SshRule {
  const what = `ssh[${index}]`
  const fields = reader.fields(node, what, SSH_KEYS)
  const action = parseAction(fields.get('action'), node, what, reader)
  const sources = parseSides('src', fields.get('src'), what, reader, names)
  const destinations = parseSides('dst', fields.get('dst'), what, reader, names)
  checkSelf('ssh', sources, destinations, node, reader)
  checkUserDestinations(sources, destinations, node, reader)
  const users = parseUsers(fields.get('users'), node, what, reader, names)
  const checkPeriodSeconds = parseCheckPeriod(fields.get('checkPeriod'), what, reader)
  if (checkPeriodSeconds !== undefined && action === 'accept') {
    reader.warn('no-effect', node.offset, `${what}: checkPeriod counts only with the action "check"`)
  }
  const rule = {
    index,
    position: reader.position(node.offset),
    action,
    sources,
    destinations,
    users,
    acceptEnv: parseAcceptEnv(fields.get('acceptEnv'), what, reader),
    recorder: parseRecorder(fields.get('recorder'), what, reader, names),
    enforceRecorder: reader.boolean(fields.get('enforceRecorder'), `${what}.enforceRecorder`) ?? false,
    srcPosture: parseSrcPosture(fields.get('srcPosture'), `${what}.srcPosture`, reader, names),
  }
  return checkPeriodSeconds === undefined ? rule : { ...rule, checkPeriodSeconds }
}

function parseAction(field: JsonNode | undefined, node: JsonNode, what: string, reader: NodeReader): SshRule['action'] {
  const action = reader.string(field, `${what}.action`)
  if (action?.value === 'accept' || action?.value === 'check') return action.value
  if (action !== undefined && action.value !== '') {
    reader.report('bad-action', action.offset, `${quote(action.value)} is not a valid action`)
  } else if (node.kind === 'object' && (field === undefined || action !== undefined)) {
    reader.report('bad-action', action?.offset ?? node.offset, 'action must be specified')
  }
  return 'check'
}

function parseSides(
  side: 'src' | 'dst',
  field: JsonNode | undefined,
  what: string,
  reader: NodeReader,
  names: Names,
): readonly Selector[] {
  const selectors: Selector[] = []
  for (const entry of reader.strings(field, `${what}.${side}`)) {
    const selector = readSide(side, entry, reader, names)
    if (selector !== undefined) selectors.push(selector)
  }
  return selectors
}

function readSide(side: 'src' | 'dst', entry: JsonString, reader: NodeReader, names: Names): Selector | undefined {
  const result = parseSelectorIn(entry.value, '[ssh]', names)
  if (!result.ok) {
    reader.report(result.code, entry.offset, result.message, result.suggest)
    return undefined
  }
  const { selector, warning } = result
  if (!isAllowed(side, selector)) {
    reader.report('bad-selector', entry.offset, `invalid ${side} ${quote(entry.value)}`)
    return undefined
  }
  if (warning !== undefined) reader.warn('no-effect', entry.offset, `[ssh] ${quote(entry.value)}: ${warning}`)
  return selector
}

/** Sessions go from people and tagged machines to tagged machines and people's own: never by address, never "everything". */
function isAllowed(side: 'src' | 'dst', selector: Selector): boolean {
  switch (selector.kind) {
    case 'user':
    case 'tag':
      return true
    case 'group':
    case 'domain':
      return side === 'src'
    case 'autogroup':
      return side === 'src' ? !NO_SOURCES.includes(selector.text) : DESTINATIONS.includes(selector.text)
    case 'any':
    case 'addresses':
    case 'ipset':
    case 'service':
      return false
    default:
      return selector satisfies never
  }
}

/** A person's machines are open to that very person. */
function checkUserDestinations(
  sources: readonly Selector[],
  destinations: readonly Selector[],
  node: JsonNode,
  reader: NodeReader,
): void {
  const user = destinations.find((selector) => selector.kind === 'user')
  if (user === undefined) return
  const others = sources.find((selector) => selector.kind !== 'user' || selector.name !== user.name)
  if (others === undefined && destinations.every(({ kind, text }) => kind !== 'user' || sameUser(text, user.text)))
    return
  const message = `invalid dst ${quote(user.text)}: a user's machines can only be reached by that same user; src has to name nobody else`
  reader.report('bad-selector', node.offset, message)
}

function sameUser(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function parseUsers(
  field: JsonNode | undefined,
  node: JsonNode,
  what: string,
  reader: NodeReader,
  names: Names,
): readonly SshUser[] {
  if (node.kind === 'object' && (field === undefined || (field.kind === 'array' && field.items.length === 0))) {
    reader.report('missing-key', field?.offset ?? node.offset, 'users must be specified')
  }
  const users: SshUser[] = []
  for (const { value, offset } of reader.strings(field, `${what}.users`)) {
    const user = parseSshUser(value, names)
    if (!user.ok) reader.report('bad-name', offset, user.message)
    else {
      if (user.warning !== undefined) reader.warn('no-effect', offset, user.warning)
      users.push(user.value)
    }
  }
  return users
}

function parseCheckPeriod(field: JsonNode | undefined, what: string, reader: NodeReader): number | undefined {
  const period = reader.string(field, `${what}.checkPeriod`)
  if (period === undefined || period.value === '') return undefined
  if (period.value === 'always') return 0
  const duration = parseGoDuration(period.value)
  const fault = duration.ok ? periodFault(duration.value) : duration.message
  if (fault !== undefined) reader.report('bad-duration', period.offset, fault)
  return duration.ok ? duration.value : undefined
}

function periodFault(seconds: number): string | undefined {
  if (seconds < 0) return `checkPeriod ${formatGoDuration(seconds)} must be a positive duration`
  if (seconds > CHECK_PERIOD_MAX_SECONDS) return `checkPeriod ${formatGoDuration(seconds)} is above the max (168h)`
  return undefined
}

function parseAcceptEnv(field: JsonNode | undefined, what: string, reader: NodeReader): readonly string[] {
  const patterns: string[] = []
  for (const { value, offset } of reader.strings(field, `${what}.acceptEnv`)) {
    if (value === '') reader.report('bad-name', offset, 'acceptEnv values cannot be empty')
    else if (value.length > ACCEPT_ENV_MAX) {
      reader.report('bad-name', offset, `acceptEnv ${quote(value)}: at most ${ACCEPT_ENV_MAX} characters`)
    } else patterns.push(value)
  }
  return patterns
}

/** Longest pattern for names of environment variables. */
const ACCEPT_ENV_MAX = 256

function parseRecorder(
  field: JsonNode | undefined,
  what: string,
  reader: NodeReader,
  names: Names,
): readonly Selector[] {
  const recorders: Selector[] = []
  for (const { value, offset } of reader.strings(field, `${what}.recorder`)) {
    const result = parseSelectorIn(value, `${what}.recorder:`, names)
    if (!result.ok) reader.report(result.code, offset, result.message, result.suggest)
    else if (!['tag', 'user', 'addresses'].includes(result.selector.kind)) {
      reader.report(
        'bad-selector',
        offset,
        `${what}.recorder: ${quote(value)}: a recorder is a tag, a user or an address`,
      )
    } else recorders.push(result.selector)
  }
  return recorders
}
