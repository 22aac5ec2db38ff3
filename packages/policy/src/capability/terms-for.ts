import type { CompiledPolicy } from '../decide/compile.ts'
import { type Query, type Question, resolveQuery } from '../decide/decide.ts'
import type { Policy, RuleRef } from '../language/policy.ts'
import type { SshRuleRef } from '../ssh/decide-login.ts'
import { enforcesRecording, machineRecording } from '../ssh/machine-recording.ts'
import { DESKTOP_CAPABILITY, type DesktopTerms, desktopTerms } from './desktop-terms.ts'
import { meetAll } from './kinds/section.ts'
import { SSH_CAPABILITY, type SshTerms, sshTerms } from './ssh-terms.ts'
import type { TermSchema, TermsOf } from './term-kind.ts'
import { TermsIndex } from './terms-index.ts'

/** The capabilities that make terms, with how their values are read and combined. */
const DOORS = {
  ssh: { capability: SSH_CAPABILITY, kind: sshTerms },
  desktop: { capability: DESKTOP_CAPABILITY, kind: desktopTerms },
}
export type TermsDoor = keyof typeof DOORS

interface Indexes {
  readonly ssh: TermsIndex<typeof sshTerms.fields>
  readonly desktop: TermsIndex<typeof desktopTerms.fields>
}

/** They depend on the policy alone, so they are kept as long as it is. */
const indexes = new WeakMap<Policy, Indexes>()

/** Whether any rule makes terms for a door: where none does, nobody has to ask. */
export function hasTerms(policy: Policy, door: TermsDoor): boolean {
  return indexesOf(policy)[door].size > 0 || (door === 'ssh' && enforcesRecording(policy))
}

/** The rules that make terms for the SSH door. */
export function sshTermsIndex(policy: Policy): Indexes['ssh'] {
  return indexesOf(policy).ssh
}

/** What `enforceRecorder` of an `ssh` rule demands at the SSH door. */
const RECORDED: SshTerms = { recording: 'required' }

/**
 * What the policy demands of a way through the SSH door: the strictest of what every grant demands that means this source
 * and destination, whatever the ports; and a recording where an `ssh` rule enforces one. `undefined`: nothing. Says nothing about whether the way is allowed: `decide` does.
 */
export function termsFor(compiled: CompiledPolicy, query: Query): SshTerms | undefined {
  const terms = meetOf(compiled, query, (policy) => indexesOf(policy).ssh)
  if (machineRecording(compiled, query) === undefined) return terms
  return meetAll(sshTerms, terms === undefined ? [RECORDED] : [terms, RECORDED])
}

/** The same for the Desktop door. */
export function desktopTermsFor(compiled: CompiledPolicy, query: Query): DesktopTerms | undefined {
  return meetOf(compiled, query, (policy) => indexesOf(policy).desktop)
}

/** What one line of the policy demands. */
export interface RuleTerms<S extends TermSchema> {
  readonly rule: RuleRef | SshRuleRef
  readonly terms: TermsOf<S>
}

/** The lines whose terms hold for a question, in the order of the text. */
export function sshTermRules(compiled: CompiledPolicy, query: Query): readonly RuleTerms<typeof sshTerms.fields>[] {
  const rules = rulesOf(compiled, query, indexesOf(compiled.policy).ssh)
  const recording = machineRecording(compiled, query)
  return recording === undefined ? rules : [...rules, { rule: recording, terms: RECORDED }]
}

/** The same for the Desktop door. */
export function desktopTermRules(
  compiled: CompiledPolicy,
  query: Query,
): readonly RuleTerms<typeof desktopTerms.fields>[] {
  return rulesOf(compiled, query, indexesOf(compiled.policy).desktop)
}

function rulesOf<S extends TermSchema>(
  compiled: CompiledPolicy,
  query: Query,
  index: TermsIndex<S>,
): readonly RuleTerms<S>[] {
  const question = index.size === 0 ? undefined : termsQuestion(compiled, query)
  if (question === undefined) return []
  return index.rules(question.subject, question.endpoint).map(({ rule, terms }) => {
    const { section, index: number, position } = rule
    return { rule: { section, index: number, line: position.line, column: position.column }, terms }
  })
}

function meetOf<S extends TermSchema>(
  compiled: CompiledPolicy,
  query: Query,
  indexOf: (policy: Policy) => TermsIndex<S>,
): TermsOf<S> | undefined {
  const index = indexOf(compiled.policy)
  if (index.size === 0) return undefined
  const question = termsQuestion(compiled, query)
  return question === undefined ? undefined : index.meet(question.subject, question.endpoint)
}

/** At a special address tags that the caller claims open nothing, but they narrow. */
export function termsQuestion(compiled: CompiledPolicy, query: Query): Question | undefined {
  const question = resolveQuery(compiled, query)
  if (!question.ok) return undefined
  const { tags = [] } = query.destination
  if (question.endpoint.special === undefined || tags.length === 0) return question
  return { ...question, endpoint: { ...question.endpoint, tags: [...question.endpoint.tags, ...tags] } }
}

function indexesOf(policy: Policy): Indexes {
  let found = indexes.get(policy)
  if (found === undefined) {
    const { ssh, desktop } = DOORS
    found = {
      ssh: new TermsIndex(policy, ssh.capability, ssh.kind),
      desktop: new TermsIndex(policy, desktop.capability, desktop.kind),
    }
    indexes.set(policy, found)
  }
  return found
}
