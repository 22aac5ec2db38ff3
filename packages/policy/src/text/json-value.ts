import type { JsonValue } from '../language/policy.ts'
import type { JsonNode } from './hujson.ts'

/** A node as the value that it stands for; as deep as the reader lets texts nest. */
export function jsonValue(node: JsonNode): JsonValue {
  switch (node.kind) {
    case 'object':
      // Makes own properties of every key, `__proto__` among them.
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, jsonValue(value)]))
    case 'array':
      return node.items.map(jsonValue)
    case 'string':
    case 'number':
    case 'boolean':
      return node.value
    case 'null':
      return null
    default:
      return node satisfies never
  }
}
