/** Most changes of a letter that still look like a slip. */
const SLIPS_MAX = 2

/** The name that somebody probably meant: the one fewest single-letter changes away, swapped neighbours counting as one. */
export function nearestName(typed: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined
  // A short name has no room for two slips: "bo" is not "al".
  let fewest = Math.min(SLIPS_MAX, Math.floor(typed.length / 2)) + 1
  for (const name of names) {
    const slips = distance(typed.toLowerCase(), name.toLowerCase())
    if (slips < fewest) [nearest, fewest] = [name, slips]
  }
  return nearest
}

/** Optimal string alignment: insertions, deletions, replacements, and swaps of neighbours. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > SLIPS_MAX) return SLIPS_MAX + 1
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const present = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1
      let least = Math.min((last[column] ?? 0) + 1, (present[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + same)
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        least = Math.min(least, (before[column - 2] ?? 0) + 1)
      present.push(least)
    }
    before = last
    last = present
  }
  return last[b.length] ?? 0
}
