import type { JsonNode } from '../text/hujson.ts'
import type { NodeReader } from '../text/node-reader.ts'
import { parseAcl } from './parse-acl.ts'
import { parseGrant } from './parse-grant.ts'
import type { Rule } from './policy.ts'
import type { Names } from './selector.ts'

/**
 * Most sources and destinations, summed over all rules: a group counts once, an IP set once for each of its ranges. So long,
 * at worst, is what a router of the mesh has to let in, in which each of them is spelt out (some 50 bytes). 10,000 rules of ten
 * sources and ten destinations have 200,000, 500 rules from and to a set of 10,000 ranges have 10 million.
 */
export const RULE_ENDS_MAX = 16_000_000

/** Reads `acls` and `grants`, in the order of the text. */
export function parseRules(sections: ReadonlyMap<string, JsonNode>, reader: NodeReader, names: Names): readonly Rule[] {
  const acls = reader.items(sections.get('acls'), '"acls"').map((node, index) => parseAcl(node, index, reader, names))
  const grants = reader
    .items(sections.get('grants'), '"grants"')
    .map((node, index) => parseGrant(node, index, reader, names))
  const rules = [...acls, ...grants].toSorted((a, b) => a.position.offset - b.position.offset)
  let ends = 0
  for (const rule of rules) {
    for (const selector of rule.sources) ends += breadth(selector)
    for (const { selector } of rule.destinations) ends += breadth(selector)
    if (ends <= RULE_ENDS_MAX) continue
    const message = `the rules up to here have more than ${RULE_ENDS_MAX} sources and destinations, each range of an IP set counted`
    reader.report('too-complex', rule.position.offset, message)
    break
  }
  return rules
}

function breadth(selector: Rule['sources'][number]): number {
  return selector.kind === 'ipset' ? selector.ranges.length : 1
}
