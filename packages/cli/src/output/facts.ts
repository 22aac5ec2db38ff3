import { textWidth } from './table.ts'

const GAP = 2

/** Facts of one thing, a line each under one another; those without a value are left out. */
export function renderFacts(facts: readonly (readonly [title: string, value: string])[]): string {
  const shown = facts.filter(([, value]) => value !== '')
  const width = Math.max(...shown.map(([title]) => textWidth(title))) + GAP
  return shown.map(([title, value]) => `${title}${' '.repeat(width - textWidth(title))}${value}\n`).join('')
}
