import { FACTOR_KINDS, type FactorKind } from '@sallyport/model'
import type { JsonNode } from '../../text/hujson.ts'
import type { NodeReader } from '../../text/node-reader.ts'
import type { TermKind } from '../term-kind.ts'
import { byKey } from './all-of.ts'
import { choice } from './choice.ts'
import { duration, formatSpan } from './duration.ts'

/** What a proof also counts as. */
const ALSO: Partial<Record<FactorKind, readonly FactorKind[]>> = {
  'sk-key': ['key'],
  'sk-key-pin': ['sk-key', 'key'],
}

/** One demand: a proof of one of these kinds, no older than that. */
export interface FactorDemand {
  /** The kinds, sorted: demands with the same ones are one demand. */
  readonly key: string
  readonly oneOf: readonly FactorKind[]
  /** Milliseconds; absent where the age plays no part. */
  readonly withinMs?: number
}

/** Proofs that a person has given, and how long ago. */
export interface ProvedFactor {
  readonly kind: FactorKind
  /** Milliseconds. */
  readonly ageMs: number
}

const kindOf = choice(...FACTOR_KINDS)
const KEYS = { known: ['oneOf', 'within'] }

/** Demands that all have to be met. */
export const factors: TermKind<readonly FactorDemand[]> = {
  values: `list of \`{ "oneOf": [kinds], "within": "8h" }\`; kinds are ${kindOf.values}`,
  strictest: 'all demands; of equal ones the shortest `within`',
  read(node, what, reader) {
    const items = reader.items(node, what)
    if (node.kind !== 'array') return undefined
    if (items.length === 0) {
      reader.report('bad-value', node.offset, `${what} is empty: leave it out to demand nothing`)
      return undefined
    }
    const demands = items.map((item, index) => readDemand(item, `${what}[${index}]`, reader))
    const read = demands.filter((each) => each !== undefined)
    return read.length === demands.length ? merged(read) : undefined
  },
  meet: (a, b) => (a === b ? a : merged([...a, ...b])),
  text: (demands) => demands.map(demandText).join(' and '),
}

/** `sk-key, passkey within 8h`. */
export function demandText({ key, withinMs }: FactorDemand): string {
  return withinMs === undefined ? key : `${key} within ${formatSpan(withinMs)}`
}

/** Whether one of the proofs given is what a demand asks for. */
export function demandMet({ oneOf, withinMs }: FactorDemand, proved: readonly ProvedFactor[]): boolean {
  return proved.some(({ kind, ageMs }) => {
    if (withinMs !== undefined && !(ageMs <= withinMs)) return false
    return oneOf.includes(kind) || (ALSO[kind] ?? []).some((also) => oneOf.includes(also))
  })
}

function readDemand(node: JsonNode, what: string, reader: NodeReader): FactorDemand | undefined {
  if (node.kind !== 'object') {
    reader.entries(node, what)
    return undefined
  }
  const fields = reader.fields(node, what, KEYS)
  const list = fields.get('oneOf')
  if (list === undefined) {
    reader.report('missing-key', node.offset, `${what} has no "oneOf": write "oneOf": ["sk-key"]`)
    return undefined
  }
  const items = reader.items(list, `${what}.oneOf`)
  if (list.kind === 'array' && items.length === 0) reader.report('bad-value', list.offset, `${what}.oneOf is empty`)
  const kinds = items.flatMap((item) => kindOf.read(item, `an entry of ${what}.oneOf`, reader) ?? [])
  if (kinds.length === 0 || kinds.length < items.length) return undefined
  const oneOf = FACTOR_KINDS.filter((kind) => kinds.includes(kind))
  const within = fields.get('within')
  const withinMs = within === undefined ? undefined : duration.read(within, `${what}.within`, reader)
  const demand = { key: oneOf.join(', '), oneOf }
  if (withinMs !== undefined) return { ...demand, withinMs }
  return within === undefined ? demand : undefined
}

function merged(demands: readonly FactorDemand[]): readonly FactorDemand[] {
  const shortest = new Map<string, FactorDemand>()
  for (const demand of demands) {
    const known = shortest.get(demand.key)
    const knownMs = known?.withinMs ?? Number.POSITIVE_INFINITY
    if (known === undefined || (demand.withinMs ?? Number.POSITIVE_INFINITY) < knownMs) shortest.set(demand.key, demand)
  }
  return byKey([...shortest.values()])
}
