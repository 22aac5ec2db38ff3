import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { api } from '../../api/api.ts'

/** Names that the whole language knows. */
const KNOWN = [
  '*',
  'autogroup:member',
  'autogroup:admin',
  'autogroup:owner',
  'autogroup:self',
  'autogroup:internet',
  'autogroup:nonroot',
  'autogroup:tagged',
]

/** Groups, people and tags, offered inside quotes. They are read once, when the first is asked for. */
export function nameCompletion(): (context: CompletionContext) => Promise<CompletionResult | null> {
  let names: Promise<readonly string[]> | undefined
  return async (context) => {
    const word = context.matchBefore(/"[^"\s]*/)
    if (word === null) return null
    names ??= readNames().catch(() => KNOWN)
    return {
      from: word.from + 1,
      options: (await names).map((label) => ({ label })),
      validFor: /^[^"\s]*$/,
    }
  }
}

async function readNames(): Promise<readonly string[]> {
  const [{ groups }, { users }, { targets }] = await Promise.all([
    api.call('policy.groups'),
    api.call('user.list'),
    api.call('target.list'),
  ])
  const people = users.map(({ name }) => (name.includes('@') ? name : `${name}@`))
  return [...KNOWN, ...groups.map(({ name }) => name), ...people, ...new Set(targets.flatMap(({ tags }) => tags))]
}
