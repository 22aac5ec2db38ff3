/** Longest name that is worth comparing, in code units: the work is quadratic in it. */
const COMPARED_MAX = 64
/** Pairs of letters that one search compares at most: some 10 ms; of very many names it looks at the first ones. */
const LETTER_PAIRS_MAX = 1_000_000

/** The candidate that a person most likely meant by `name`, or `undefined` where none is close. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > COMPARED_MAX || name === '') return undefined
  const wanted = name.toLowerCase()
  // A third of the letters may be wrong: `grups` is `groups`, but `x` is nothing.
  let limit = Math.max(1, Math.floor(wanted.length / 3))
  let nearest: string | undefined
  let pairs = 0
  for (const candidate of candidates) {
    if (pairs > LETTER_PAIRS_MAX) break
    if (candidate.length > COMPARED_MAX || Math.abs(candidate.length - wanted.length) > limit) continue
    pairs += wanted.length * candidate.length
    const distance = editDistance(wanted, candidate.toLowerCase())
    if (distance < limit || (distance === limit && nearest === undefined)) {
      limit = distance
      nearest = candidate
    }
    if (distance === 0) break
  }
  return nearest
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn one text into the other. */
function editDistance(from: string, to: string): number {
  let twoBack: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let best = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      )
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) best = Math.min(best, at(twoBack, column - 2) + 1)
      current.push(best)
    }
    twoBack = previous
    previous = current
  }
  return at(previous, to.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
