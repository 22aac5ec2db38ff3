import { isDeepStrictEqual } from 'node:util'
import { parse, TomlError } from 'smol-toml'
import { GatewayError } from '../gateway-error.ts'
import type { OidcProviderSetting } from './oidc-providers.ts'
import { type TomlItem, tomlItems } from './toml-items.ts'

/** What is written for a new provider; everything else has its default. */
export type NewProvider = Pick<OidcProviderSetting, 'issuer' | 'client_id'> & Partial<OidcProviderSetting>

const SECTION = 'oidc'
const KEY = 'providers'

/**
 * The text of sallyport.toml with one more provider, as a table at its end. Every other byte stays. Throws GatewayError
 * `config.invalid` where the name is taken, or a table cannot stand beside what is there.
 */
export function withProvider(text: string, name: string, provider: NewProvider): string {
  const before = readToml(text)
  if (Object.hasOwn(providersIn(before), name)) {
    throw new GatewayError('config.invalid', `there is a provider “${name}” already`, {
      fix: `choose another name, or: sallyport idp rm ${name}`,
    })
  }
  const eol = lineEndOf(text)
  const written = Object.entries(provider).filter(([, value]) => value !== undefined)
  const block = [`[${SECTION}.${KEY}.${name}]`, ...written.map(([key, value]) => `${key} = ${tomlValue(value)}`)]
  const ends = text === '' || text.endsWith('\n')
  const gap = text === '' ? '' : ends ? eol : eol + eol
  const after = text + gap + block.join(eol) + (ends ? eol : '')
  const wanted = {
    ...before,
    [SECTION]: { ...sectionOf(before), [KEY]: { ...providersIn(before), [name]: withoutGaps(provider) } },
  }
  requireSame(readToml(after), wanted, 'write [oidc.providers.NAME] tables instead of values in braces')
  return after
}

/**
 * The text without one provider: its table, its sub-tables, and an empty line before each. Comments beside its keys and
 * between them go with it; what stands above its header, or below its last key, stays. Throws GatewayError `config.invalid`
 * where there is none, or it is written in a way that is not edited.
 */
export function withoutProvider(text: string, name: string): string {
  const before = readToml(text)
  const { [name]: gone, ...others } = providersIn(before)
  if (gone === undefined) {
    throw new GatewayError('config.invalid', `there is no provider “${name}” in the configuration`, {
      fix: 'sallyport idp ls',
    })
  }
  const prefix = [SECTION, KEY, name]
  let after = text
  // From the end, so that the places before it stay as they are.
  for (const { start, end } of spansOf(tomlItems(text), prefix).toReversed()) after = cut(after, start, end)
  const wanted = { ...before, [SECTION]: { ...sectionOf(before), [KEY]: others } }
  requireSame(readToml(after), wanted, `take “${name}” out of the file by hand, then: sallyport reload`)
  return after
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Runs of lines that are about what `prefix` names: each table to the end of its last assignment, and single assignments. */
function spansOf(items: readonly TomlItem[], prefix: readonly string[]): Span[] {
  const spans: { start: number; end: number }[] = []
  let open = false
  for (const { kind, path, start, end } of items) {
    const meant = prefix.every((part, index) => path[index] === part)
    const last = spans.at(-1)
    if (meant && open && kind === 'assignment' && last !== undefined) last.end = end
    else if (meant) spans.push({ start, end })
    if (kind === 'table') open = meant
  }
  return spans
}

/** Takes lines out, and the empty line before them; at the end of a text without a last line end, that of the line before. */
function cut(text: string, start: number, end: number): string {
  let from = start
  if (/(?:^|\n)\r?\n$/.test(text.slice(Math.max(0, start - 4), start))) from -= text[start - 2] === '\r' ? 2 : 1
  if (end === text.length && !text.endsWith('\n') && from > 0) from -= text[from - 2] === '\r' ? 2 : 1
  return text.slice(0, from) + text.slice(end)
}

function lineEndOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n'
}

function readToml(text: string): Record<string, unknown> {
  try {
    return parse(text)
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    throw new GatewayError('config.invalid', 'sallyport.toml cannot be read', {
      why: `line ${cause.line}: ${cause.message.split('\n')[0] ?? ''}`,
      fix: 'sallyport config check',
      cause,
    })
  }
}

/** The edit did what it was for and nothing else, or it is not made. */
function requireSame(found: Record<string, unknown>, wanted: Record<string, unknown>, fix: string): void {
  if (isDeepStrictEqual(withoutEmpty(found), withoutEmpty(wanted))) return
  throw new GatewayError('config.invalid', 'the providers are written in a way that is not edited', { fix })
}

/** A section without providers says the same as none. */
function withoutEmpty(document: Record<string, unknown>): unknown {
  const plain = JSON.parse(JSON.stringify(document)) as Record<string, unknown>
  const { [KEY]: providers = {}, ...rest } = sectionOf(plain)
  const section = { ...rest, ...(Object.keys(providers as object).length === 0 ? {} : { [KEY]: providers }) }
  const { [SECTION]: _, ...others } = plain
  return Object.keys(section).length === 0 ? others : { ...others, [SECTION]: section }
}

function sectionOf(document: Record<string, unknown>): Record<string, unknown> {
  return objectOf(document[SECTION])
}

function providersIn(document: Record<string, unknown>): Record<string, unknown> {
  return objectOf(sectionOf(document)[KEY])
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

function withoutGaps(provider: NewProvider): Record<string, unknown> {
  return JSON.parse(JSON.stringify(provider)) as Record<string, unknown>
}

/** A text, a flag, a list or a table on one line. What JSON escapes, TOML reads; but it wants U+007F escaped too. */
function tomlValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value).replaceAll('\u007f', '\\u007f')
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, each]) => `${tomlValue(key)} = ${tomlValue(each)}`)
      .join(', ')} }`
  }
  return String(value)
}
