/** How many lines a draft adds, takes out or rewrites, in time linear in both texts: a moved line counts as none. */
export function changedLines(before: string, after: string): number {
  if (before === after) return 0
  const left = new Map<string, number>()
  for (const line of before.split('\n')) left.set(line, (left.get(line) ?? 0) + 1)
  let added = 0
  for (const line of after.split('\n')) {
    const count = left.get(line) ?? 0
    if (count === 0) added++
    else left.set(line, count - 1)
  }
  const removed = [...left.values()].reduce((sum, count) => sum + count, 0)
  return Math.max(added, removed, 1)
}
