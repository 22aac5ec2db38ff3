import { formatIpAddress } from '../address/ip-address.ts'
import type { CompiledPolicy } from '../decide/compile.ts'
import { reachesAnything } from '../decide/reachable.ts'
import { addressClasses } from './subject-classes.ts'

/** Of some people, those who reach something, from wherever they may sign in. */
export function reachingAnything(compiled: CompiledPolicy, names: readonly string[]): readonly string[] {
  const sources = sourcesOf(compiled)
  return names.filter(
    (name) =>
      reachesAnything(compiled, { name }) || sources.some((source) => reachesAnything(compiled, { name }, { source })),
  )
}

/** An address of each kind that rules tell apart. */
function sourcesOf(compiled: CompiledPolicy): readonly string[] {
  const made = addressClasses([compiled], 'rules')
  for (;;) {
    const { done, value } = made.next()
    if (done !== true) continue
    return value.flatMap(({ subject: { source } }) => (source === undefined ? [] : [formatIpAddress(source)]))
  }
}
