import { parseIpAddress } from '../address/ip-address.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import type { MeshNode } from '../decide/directory.ts'
import { type Attributes, postureAllows } from '../decide/posture.ts'
import type { Memberships, Subject } from '../decide/subject.ts'
import type { SshRule } from '../language/policy.ts'
import { allowsLogin, hasLocalpart } from './login-names.ts'
import {
  isSelf,
  type LoginTarget,
  type Machine,
  machineKeys,
  machineOfNode,
  machineOfTarget,
  selectsMachine,
} from './machine.ts'
import { sshRuleIndex } from './ssh-rule-index.ts'

/** May this person log in to this machine? */
export interface LoginQuery {
  readonly user: { readonly name: string }
  /** Where they come from: text of an IP address. */
  readonly source?: string
  /** What is known of the device they come from, for postures. */
  readonly attributes?: Attributes
  readonly target: LoginTarget
}

/** Who asks and for which machine, looked up; the login name is asked for apart. */
export interface LoginQuestion {
  readonly subject: Subject
  readonly attributes: Attributes | undefined
  readonly machine: Machine
  /** The machine they come from, where it is a node of the mesh. */
  readonly from?: MeshNode
}

export type LoginQuestionResult =
  | { readonly ok: true; readonly question: LoginQuestion }
  | { readonly ok: false; readonly code: 'user-unknown' | 'user-disabled' }

export function resolveLoginQuery({ directory }: CompiledPolicy, query: LoginQuery): LoginQuestionResult {
  const user = directory.user(query.user.name)
  if (user === undefined) return { ok: false, code: 'user-unknown' }
  if (user.disabled) return { ok: false, code: 'user-disabled' }
  const source = query.source === undefined ? undefined : parseIpAddress(query.source)
  const subject: Subject = { user, tags: [], tagged: false, ...(source !== undefined && { source }) }
  const machine = machineOfTarget(query.target, directory)
  return { ok: true, question: { subject, attributes: query.attributes, machine } }
}

/** From one node of the mesh to another. */
export function nodeQuestion({ directory }: CompiledPolicy, from: MeshNode, to: MeshNode): LoginQuestion {
  const { subject } = machineOfNode(from, directory)
  return { subject, attributes: from.attributes, machine: machineOfNode(to, directory), from }
}

/** The first rule that lets them in under a login name: the one that decides. */
export function firstLoginRule(
  { policy }: CompiledPolicy,
  question: LoginQuestion,
  login: string,
): SshRule | undefined {
  const index = sshRuleIndex(policy)
  const person = question.subject.user?.name
  return index.first(
    question.subject,
    machineKeys(question.machine, index.memberships),
    (rule) =>
      allowsLogin(rule.users, login, person) &&
      reachesMachine(rule, question, index.memberships) &&
      postureAllows(policy, rule, question.attributes),
  )
}

/** Every rule of theirs for the machine, whatever the login name, in the order in which they are asked. */
export function rulesForMachine({ policy }: CompiledPolicy, question: LoginQuestion): readonly SshRule[] {
  const index = sshRuleIndex(policy)
  return index
    .applying(question.subject)
    .filter(
      (rule) => reachesMachine(rule, question, index.memberships) && postureAllows(policy, rule, question.attributes),
    )
}

/**
 * Whether a rule's `dst` means the machine to whoever asks. With `localpart:` among its users a rule also lets everybody
 * into their own machines, as at Tailscale, where the login name is theirs alone.
 */
export function reachesMachine(rule: SshRule, { subject, machine, from }: LoginQuestion, groups: Memberships): boolean {
  const { user } = machine.subject
  const own = user !== undefined && user.name === subject.user?.name
  if (rule.destinations.some((selector) => (isSelf(selector) ? own : selectsMachine(selector, machine, groups)))) {
    return true
  }
  if (!hasLocalpart(rule.users) || rule.destinations.every(isSelf)) return false
  return own || (from !== undefined && from.id === machine.node?.id)
}
