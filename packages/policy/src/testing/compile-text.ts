import { type CompiledPolicy, compilePolicy } from '../decide/compile.ts'
import type { Directory } from '../decide/directory.ts'
import { parsePolicy } from '../language/parse-policy.ts'
import type { Policy } from '../language/policy.ts'
import { formatDiagnostic } from '../text/diagnostic.ts'

/** For tests: a policy that has to be right, from its text or the object that JSON makes of it. */
export function policyOf(source: string | object): Policy {
  const result = parsePolicy(typeof source === 'string' ? source : JSON.stringify(source))
  if (result.ok) return result.policy
  throw new Error(result.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join('\n'))
}

/** People and machines of the tests: alice is the owner, adam an admin, dora disabled, the others members. */
export const DIRECTORY: Directory = {
  users: [
    { name: 'alice@example.com', role: 'owner', disabled: false },
    { name: 'adam@example.com', role: 'admin', disabled: false },
    { name: 'audrey@example.com', role: 'auditor', disabled: false },
    { name: 'bob@example.com', role: 'member', disabled: false },
    { name: 'carol', role: 'member', disabled: false },
    { name: 'dora@example.com', role: 'owner', disabled: true },
    { name: 'eve@example.org', role: 'member', disabled: false },
  ],
  targets: [
    { name: 'db1', addresses: ['10.0.0.5', 'fd00::5'], tags: ['tag:db', 'tag:prod'] },
    { name: 'web1', addresses: ['10.0.0.6'], tags: ['tag:web'] },
    { name: 'dns-named', addresses: ['www.example.com'], tags: ['tag:web'] },
    { name: 'untagged', addresses: ['10.0.0.7'], tags: [] },
    { name: 'here', addresses: ['127.0.0.1'], tags: ['tag:here'] },
  ],
}

export function compileText(source: string | object, directory: Directory = DIRECTORY): CompiledPolicy {
  return compilePolicy(policyOf(source), directory)
}
