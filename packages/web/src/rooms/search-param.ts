/** A text of the address bar; the router reads bare numbers there as numbers. Nothing for what is no text, or empty. */
export function textParam(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** One of some; nothing for anything else. */
export function oneOfParam<Id extends string>(value: unknown, ids: readonly Id[]): Id | undefined {
  return ids.find((id) => id === value)
}

/** A whole number from 1. */
export function countParam(value: unknown): number | undefined {
  const number = Number(value)
  return Number.isSafeInteger(number) && number > 0 ? number : undefined
}

/** Without what is not given, so that the address bar holds only filters that filter. */
export function given<T extends object>(fields: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')) as never
}
