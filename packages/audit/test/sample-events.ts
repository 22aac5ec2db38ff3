import {
  AUDIT_EVENT_TYPES,
  type AuditEvent,
  type AuditEventType,
  CONTEXT_FIELDS,
  eventSpec,
  type FieldSpec,
} from '@sallyport/audit'

/** An event of a type with every field filled by `text`, for tests. */
export function eventOf(type: AuditEventType, text = 'text'): AuditEvent {
  const fields: Record<string, FieldSpec> = { ...CONTEXT_FIELDS, ...eventSpec(type)?.fields }
  const event: Record<string, unknown> = { type }
  for (const [name, { kind, maxCount }] of Object.entries(fields)) {
    if (kind === 'text') event[name] = text
    else if (kind === 'texts') event[name] = Array.from({ length: maxCount + 5 }, () => text)
    else event[name] = kind === 'time' ? 1_795_000_000_000 : Number.MAX_SAFE_INTEGER
  }
  return event as unknown as AuditEvent
}

/** One event of every type. */
export function everyEvent(text?: string): readonly AuditEvent[] {
  return AUDIT_EVENT_TYPES.map((type) => eventOf(type, text))
}
