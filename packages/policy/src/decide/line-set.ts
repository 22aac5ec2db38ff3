/**
 * A set of numbers from 0 up: a sorted list where they are few, a bit for each where they are many, whichever is smaller.
 * Numbers are the lines of the rule index; see there.
 */
export interface LineSet {
  readonly size: number
  readonly list?: Uint32Array
  readonly bits?: Uint32Array
}

/** Bits of one word of a bit set. */
const WORD = 32

export const NO_LINES: LineSet = { size: 0, list: new Uint32Array(0) }
/** No line: greater than every line. */
export const NO_LINE = Number.MAX_SAFE_INTEGER

/**
 * A set of numbers below `universe`: those that `each` gives to the function it is called with, in any order and perhaps
 * several times, `count` calls in all. With `quick` there is a bit for each even where a list would be smaller; then
 * `count` need only tell none from some.
 */
export function lineSet(
  each: (add: (line: number) => void) => void,
  count: number,
  universe: number,
  { quick = false }: { readonly quick?: boolean } = {},
): LineSet {
  if (count === 0) return NO_LINES
  return quick || count * WORD >= universe ? mapped(each, universe) : listed(each, count)
}

/** Memory of a set in bytes, without the objects around it. */
export function lineSetBytes({ list, bits }: LineSet): number {
  return (list?.byteLength ?? 0) + (bits?.byteLength ?? 0)
}

export function lineSetHolds({ list, bits }: LineSet, line: number): boolean {
  if (bits !== undefined) return ((bits[line >>> 5] ?? 0) & (1 << (line & 31))) !== 0
  if (list === undefined) return false
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((list[middle] ?? 0) < line) low = middle + 1
    else high = middle
  }
  return list[low] === line
}

/**
 * Visits what all sets hold, ascending, until a visit answers true; tells where that was, else `NO_LINE`. Takes time for
 * the smallest set where one is a list, else for the words of a bit set.
 */
export function scanCommon(sets: readonly [LineSet, ...LineSet[]], visit: (line: number) => boolean): number {
  let driver = sets[0]
  for (const set of sets) {
    if (set.size === 0) return NO_LINE
    if (set.list !== undefined && (driver.list === undefined || set.size < driver.size)) driver = set
  }
  return driver.list === undefined ? scanWords(sets, visit) : scanList(driver.list, sets, driver, visit)
}

function scanList(
  list: Uint32Array,
  sets: readonly LineSet[],
  driver: LineSet,
  visit: (line: number) => boolean,
): number {
  next: for (const line of list) {
    for (const set of sets) if (set !== driver && !lineSetHolds(set, line)) continue next
    if (visit(line)) return line
  }
  return NO_LINE
}

function scanWords(sets: readonly [LineSet, ...LineSet[]], visit: (line: number) => boolean): number {
  const words = sets[0].bits?.length ?? 0
  for (let at = 0; at < words; at++) {
    let word = -1
    for (const { bits } of sets) word &= bits?.[at] ?? 0
    while (word !== 0) {
      const line = at * WORD + (WORD - 1 - Math.clz32(word & -word))
      if (visit(line)) return line
      word &= word - 1
    }
  }
  return NO_LINE
}

function listed(each: (add: (line: number) => void) => void, count: number): LineSet {
  const all = new Uint32Array(count)
  let size = 0
  let last = 0
  let sorted = true
  each((line) => {
    sorted &&= last <= line
    last = line
    all[size++] = line
  })
  if (!sorted) all.sort()
  let kept = 0
  for (const line of all) if (kept === 0 || all[kept - 1] !== line) all[kept++] = line
  return { size: kept, list: kept === count ? all : all.slice(0, kept) }
}

function mapped(each: (add: (line: number) => void) => void, universe: number): LineSet {
  const bits = new Uint32Array(Math.ceil(universe / WORD))
  let size = 0
  each((line) => {
    const word = bits[line >>> 5] ?? 0
    const bit = 1 << (line & 31)
    if ((word & bit) === 0) size++
    bits[line >>> 5] = word | bit
  })
  return { size, bits }
}
