import { type Node, parse } from 'acorn'

/** Counters of one process: index = place in the code, value = times passed (wraps at 256). */
export class CoverageMap {
  readonly counters: Uint8Array
  #used = 0
  /** Short strings of the instrumented code: names and labels a peer would send. */
  readonly strings = new Set<string>()

  /** `size`: how many places there can be; a multiple of 8. */
  constructor(size = 1 << 17) {
    this.counters = new Uint8Array(size)
  }

  /** Places handed out. */
  get used(): number {
    return this.#used
  }

  next(): number {
    if (this.#used >= this.counters.length) throw new RangeError('coverage map is full')
    return this.#used++
  }
}

/** Name of the counters in instrumented code. */
export const COUNTERS_GLOBAL = '__sallyportCoverage'
const MAX_DICTIONARY_STRING = 48

interface Insertion {
  readonly at: number
  readonly text: string
}

/** JavaScript with a counter at every function body, branch, case, loop body and short-circuit operand. */
export function instrument(source: string, map: CoverageMap): string {
  const tree = parse(source, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true })
  const insertions: Insertion[] = []
  const count = () => `${COUNTERS_GLOBAL}[${map.next()}]++`
  const before = (node: Node) => insertions.push({ at: node.start, text: `(${count()},` }, { at: node.end, text: ')' })
  const inside = (node: Node) => {
    if (node.type === 'BlockStatement') insertions.push({ at: node.start + 1, text: `${count()};` })
    else if (node.type.endsWith('Statement'))
      insertions.push({ at: node.start, text: `{${count()};` }, { at: node.end, text: '}' })
    else before(node)
  }
  walk(tree, (node) => {
    const at = node as unknown as Record<string, Node & Node[]>
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        if (at['body'] !== undefined) inside(at['body'])
        break
      case 'IfStatement':
        if (at['consequent'] !== undefined) inside(at['consequent'])
        if (at['alternate']) inside(at['alternate'])
        break
      case 'ConditionalExpression':
        if (at['consequent'] !== undefined) before(at['consequent'])
        if (at['alternate'] !== undefined) before(at['alternate'])
        break
      case 'LogicalExpression':
        if (at['right'] !== undefined) before(at['right'])
        break
      case 'SwitchCase': {
        const first = at['consequent']?.[0]
        if (first !== undefined) insertions.push({ at: first.start, text: `${count()};` })
        break
      }
      case 'ForStatement':
      case 'ForOfStatement':
      case 'ForInStatement':
      case 'WhileStatement':
        if (at['body'] !== undefined) inside(at['body'])
        break
      case 'Literal': {
        const value = (node as unknown as { value: unknown }).value
        if (typeof value === 'string' && value.length > 1 && value.length <= MAX_DICTIONARY_STRING)
          map.strings.add(value)
        break
      }
      default:
    }
  })
  return apply(source, insertions)
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node)
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) walk(item, visit)
    } else if (isNode(value)) walk(value, visit)
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/** Later positions first; at one position closing texts come before opening ones, as they belong to what ends there. */
function apply(source: string, insertions: Insertion[]): string {
  const order = insertions.map((insertion, index) => ({ ...insertion, index }))
  order.sort((a, b) => a.at - b.at || Number(isOpening(a.text)) - Number(isOpening(b.text)) || closingOrder(a, b))
  let text = ''
  let done = 0
  for (const { at, text: inserted } of order) {
    text += source.slice(done, at) + inserted
    done = at
  }
  return text + source.slice(done)
}

function isOpening(text: string): boolean {
  return text !== ')' && text !== '}'
}

/** Of two that open at one place the outer was recorded first; of two that close there the inner closes first. */
function closingOrder(a: { index: number; text: string }, b: { index: number; text: string }): number {
  return isOpening(a.text) ? a.index - b.index : b.index - a.index
}
