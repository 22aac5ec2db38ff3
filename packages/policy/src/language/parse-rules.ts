import type { JsonNode } from '../text/hujson.ts'
import type { NodeReader } from '../text/node-reader.ts'
import { parseAcl } from './parse-acl.ts'
import { parseGrant } from './parse-grant.ts'
import type { Rule } from './policy.ts'
import type { Names } from './selector.ts'

/**
 * Most pairs of a source and a destination, summed over all rules: what the compiled form grows with at worst. 10,000
 * rules of ten sources and ten destinations have a million; a group counts once, an IP set once for each of its ranges.
 */
export const RULE_PAIRS_MAX = 4_000_000

/** Reads `acls` and `grants`, in the order of the text. */
export function parseRules(sections: ReadonlyMap<string, JsonNode>, reader: NodeReader, names: Names): readonly Rule[] {
  const acls = reader.items(sections.get('acls'), '"acls"').map((node, index) => parseAcl(node, index, reader, names))
  const grants = reader
    .items(sections.get('grants'), '"grants"')
    .map((node, index) => parseGrant(node, index, reader, names))
  const rules = [...acls, ...grants].toSorted((a, b) => a.position.offset - b.position.offset)
  let pairs = 0
  for (const rule of rules) {
    const sources = rule.sources.reduce((sum, selector) => sum + breadth(selector), 0)
    pairs += sources * rule.destinations.reduce((sum, { selector }) => sum + breadth(selector), 0)
    if (pairs <= RULE_PAIRS_MAX) continue
    const message = `the rules up to here have more than ${RULE_PAIRS_MAX} pairs of source and destination; put sources into groups`
    reader.report('too-complex', rule.position.offset, message)
    break
  }
  return rules
}

function breadth(selector: Rule['sources'][number]): number {
  return selector.kind === 'ipset' ? Math.max(1, selector.ranges.length) : 1
}
