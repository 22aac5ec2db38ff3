import { formatIpAddress } from '../address/ip-address.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import { reachesAnything } from '../decide/reachable.ts'
import { rangesOf } from '../decide/subject.ts'

/** Of some people, those who reach something, from wherever they may sign in. */
export function reachingAnything(compiled: CompiledPolicy, names: readonly string[]): readonly string[] {
  const sources = sourcesOf(compiled)
  return names.filter(
    (name) =>
      reachesAnything(compiled, { name }) || sources.some((source) => reachesAnything(compiled, { name }, { source })),
  )
}

/** An address of each range that is a source of rules. */
function sourcesOf({ policy }: CompiledPolicy): readonly string[] {
  const ranges = policy.rules.flatMap(({ sources }) => sources.flatMap(rangesOf))
  return [...new Set(ranges.map(({ family, first }) => formatIpAddress({ family, value: first })))]
}
