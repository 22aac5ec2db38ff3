import type { JsonNode } from '../text/hujson.ts'
import type { NodeReader } from '../text/node-reader.ts'
import { isPlainName, quote } from '../text/quote.ts'
import type { Posture, PostureCondition } from './policy.ts'
import { parsePostureCondition } from './posture-condition.ts'
import { SELECTOR_MAX } from './selector.ts'

const POSTURE = /^posture:[^:\s]+$/

/** Reads `postures`: named lists of conditions, all of which have to hold. */
export function parsePostures(section: JsonNode | undefined, reader: NodeReader): ReadonlyMap<string, Posture> {
  const postures = new Map<string, Posture>()
  for (const { key, keyOffset, value } of reader.entries(section, '"postures"')) {
    const where = `postures[${quote(key)}]`
    if (key.length > SELECTOR_MAX || !isPlainName(key) || !POSTURE.test(key)) {
      reader.report('bad-name', keyOffset, `${where}: a posture is named "posture:" and letters`)
      continue
    }
    const conditions: PostureCondition[] = []
    const texts = reader.strings(value, where)
    // Nothing to fulfil would be fulfilled by every device: no one writes that on purpose.
    if (value.kind === 'array' && texts.length === 0) {
      reader.report('missing-key', value.offset, `${where}: a posture has at least one condition`)
    }
    for (const { value: text, offset } of texts) {
      const parsed = parsePostureCondition(text)
      if (parsed.ok) conditions.push({ ...parsed.value, text, position: reader.position(offset) })
      else reader.report('bad-condition', offset, `${where}: ${quote(text)}: ${parsed.message}`)
    }
    postures.set(key, { name: key, conditions, position: reader.position(keyOffset) })
  }
  return postures
}
