import type { TermKind, TermSchema, TermsOf } from '../term-kind.ts'

/** An object with keys of its own. */
export interface SectionKind<S extends TermSchema> extends TermKind<TermsOf<S>> {
  readonly fields: S
}

export function section<S extends TermSchema>(fields: S): SectionKind<S> {
  const keys = Object.keys(fields)
  const known = { known: keys }
  return {
    fields,
    values: 'an object',
    strictest: 'each key by itself',
    read(node, what, reader) {
      if (node.kind !== 'object') {
        // Reports that it is none.
        reader.entries(node, what)
        return undefined
      }
      const terms: Record<string, unknown> = {}
      const nodes = reader.fields(node, what, known)
      for (const key of keys) {
        const child = nodes.get(key)
        const value: unknown = child === undefined ? undefined : fields[key]?.kind.read(child, `${what}.${key}`, reader)
        if (value !== undefined) terms[key] = value
      }
      return terms as TermsOf<S>
    },
    meet(a, b) {
      const met: Record<string, unknown> = {}
      for (const key of keys) {
        const [one, other]: [unknown, unknown] = [a[key], b[key]]
        if (one === undefined && other === undefined) continue
        met[key] = one === undefined ? other : other === undefined ? one : fields[key]?.kind.meet(one, other)
      }
      return met as TermsOf<S>
    },
    text: (terms) => termLines(fields, terms).join('; '),
  }
}

/** What many terms come to, key by key; `undefined` for none. */
export function meetAll<S extends TermSchema>(
  { fields }: SectionKind<S>,
  terms: readonly TermsOf<S>[],
): TermsOf<S> | undefined {
  if (terms.length < 2) return terms[0]
  const met: Record<string, unknown> = {}
  for (const [key, { kind }] of Object.entries(fields)) {
    const values = new Set<unknown>()
    for (const each of terms) values.add(each[key])
    values.delete(undefined)
    if (values.size > 0) met[key] = meetValues(kind, [...values])
  }
  return met as TermsOf<S>
}

/** Pair by pair: lists that grow are copied a few times, not once for each. */
function meetValues(kind: TermKind<unknown>, values: readonly unknown[]): unknown {
  if (isSection(kind)) return meetAll(kind, values as readonly TermsOf<TermSchema>[])
  let level = values
  while (level.length > 1) {
    const next: unknown[] = []
    for (let at = 0; at < level.length; at += 2)
      next.push(at + 1 < level.length ? kind.meet(level[at], level[at + 1]) : level[at])
    level = next
  }
  return level[0]
}

/** The same terms, with one object for values that are equal to some of the pool: those are met without being compared. */
export function pooled<S extends TermSchema>(
  { fields }: SectionKind<S>,
  terms: TermsOf<S>,
  pool: Map<string, unknown>,
  place = '',
): TermsOf<S> {
  const same: Record<string, unknown> = {}
  for (const [key, { kind }] of Object.entries(fields)) {
    const value: unknown = terms[key]
    if (value === undefined) continue
    const here = `${place}${key} `
    if (isSection(kind)) same[key] = pooled(kind, value as TermsOf<TermSchema>, pool, here)
    else {
      const name = here + kind.text(value)
      if (!pool.has(name)) pool.set(name, value)
      same[key] = pool.get(name)
    }
  }
  return same as TermsOf<S>
}

/** `key: value` for each key that demands something, `section.key: value` within a section. */
export function termLines<S extends TermSchema>(fields: S, terms: TermsOf<S>): readonly string[] {
  return Object.entries(fields).flatMap(([key, { kind }]) => {
    const value: unknown = terms[key]
    if (value === undefined) return []
    if (isSection(kind)) return termLines(kind.fields, value as TermsOf<TermSchema>).map((line) => `${key}.${line}`)
    return [`${key}: ${kind.text(value)}`]
  })
}

export function isSection(kind: TermKind<unknown>): kind is SectionKind<TermSchema> {
  return 'fields' in kind
}
