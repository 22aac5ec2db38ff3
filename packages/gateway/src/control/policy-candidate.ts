import { ApiError } from '@sallyport/api'
import { type CompiledPolicy, compilePolicy, type Directory, parsePolicy } from '@sallyport/policy'
import { directoryOf, type Roster } from '../access/roster.ts'
import { reportOn } from './policy-report.ts'
import type { Services } from './services.ts'

/** A policy that somebody asks about, over the users and targets of now. */
export interface Candidate {
  readonly text: string
  /** Absent for a text that is no version. */
  readonly version: number | undefined
  readonly compiled: CompiledPolicy
  readonly directory: Directory
  /** The roster as it would be with this policy in force. */
  readonly roster: Roster
}

/** The policy of a request: its text, the version it names, or the one in force. */
export async function candidateOf(
  { store, roster: keeper }: Services,
  { text, version }: { readonly text?: string | undefined; readonly version?: number | undefined },
): Promise<Candidate> {
  const roster = keeper.current
  const { policyVersion } = roster
  if (text !== undefined && version !== undefined)
    throw new ApiError('request.invalid', 'name a text or a version of the policy, not both')
  if (text !== undefined) return compiledFrom(text, undefined, roster)
  if (version === undefined || version === policyVersion.version) {
    const { compiled } = roster
    return {
      text: policyVersion.text,
      version: policyVersion.version,
      compiled,
      directory: directoryOf(roster),
      roster,
    }
  }
  const stored = await store.policyVersions.get(version)
  if (stored === undefined) throw unknownVersion(version)
  return compiledFrom(stored.text, version, roster)
}

export function unknownVersion(version: number): ApiError {
  return new ApiError('policy.version-unknown', `there is no version ${version} of the policy`, {
    fix: 'sallyport policy history',
  })
}

function compiledFrom(text: string, version: number | undefined, roster: Roster): Candidate {
  const parsed = parsePolicy(text)
  if (!parsed.ok) {
    const what = version === undefined ? 'the policy has' : `this gateway finds version ${version} of the policy has`
    throw new ApiError('policy.invalid', `${what} mistakes`, {
      why: parsed.diagnostics.map(({ line, column, message }) => `${line}:${column}: ${message}`).join('\n'),
      details: reportOn(text, roster),
    })
  }
  const directory = directoryOf(roster)
  const compiled = compilePolicy(parsed.policy, directory)
  return { text, version, compiled, directory, roster: { ...roster, policy: parsed.policy, compiled } }
}
