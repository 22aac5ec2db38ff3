import * as fc from 'fast-check'
import type { JsonValue } from '../../language/policy.ts'
import type { SectionKind } from '../kinds/section.ts'
import { termsOfValues } from '../read-capability.ts'
import { type SshTerms, sshTerms } from '../ssh-terms.ts'
import type { TermSchema, TermsOf } from '../term-kind.ts'

/** For tests: the terms of one value as a policy writes it. */
export function termsOf<S extends TermSchema>(kind: SectionKind<S>, value: JsonValue): TermsOf<S> {
  return termsOfValues(kind, [value])
}

export const sshTermsOf = (value: JsonValue): SshTerms => termsOf(sshTerms, value)

const some = <T>(...items: readonly T[]): fc.Arbitrary<T[]> =>
  fc.subarray([...items], { minLength: 1 }).chain((chosen) => fc.shuffledSubarray(chosen, { minLength: chosen.length }))
const span = fc.constantFrom('30s', '15m', '1h30m', '8h', '7d')
const place = ['*:*', '*:22', '10.0.0.0/8:*', '10.0.0.5:5432', 'db.internal:5432', '[fd00::/8]:22,80-90'] as const
const hours = fc.record(
  {
    days: some('mon', 'mon-fri', 'sat', 'fri-mon', 'sun'),
    from: fc.constantFrom('00:00', '02:30', '08:00', '22:00'),
    to: fc.constantFrom('02:15', '06:00', '18:00', '24:00'),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu'),
  },
  { requiredKeys: ['timeZone'] },
)
const factor = fc.record(
  { oneOf: some('key', 'sk-key', 'sk-key-pin', 'certificate', 'totp', 'passkey'), within: span },
  { requiredKeys: ['oneOf'] },
)
const common = {
  idleTimeout: span,
  sessionLimit: span,
  hours: fc.array(hours, { minLength: 1, maxLength: 3 }),
  factors: fc.array(factor, { minLength: 1, maxLength: 3 }),
  sources: some('192.0.2.0/24', '192.0.2.7', '10.0.0.0/8', '::/0', '0.0.0.0/0'),
}

/** Values of `sallyport.dev/cap/ssh`, as a policy writes them. */
export const sshValue: fc.Arbitrary<JsonValue> = fc.record(
  {
    mode: fc.constantFrom('blind', 'inspected'),
    recording: fc.constantFrom('off', 'best-effort', 'required'),
    forwarding: fc.record({ local: some(...place), remote: some('localhost:*', '*:8000-8099') }, { requiredKeys: [] }),
    sftp: fc.record(
      {
        direction: fc.constantFrom('both', 'up', 'down', 'none'),
        paths: fc.oneof(some('/', '/srv', '/srv/www', '/var/log/'), fc.constant([])),
      },
      { requiredKeys: [] },
    ),
    ...common,
    forceCommand: fc.constantFrom('uptime', '/usr/bin/backup --all'),
    postQuantum: fc.boolean(),
  },
  { requiredKeys: [] },
)

const way = fc.constantFrom('both', 'in', 'out', 'none')

/** Values of `sallyport.dev/cap/desktop`, as a policy writes them. */
export const desktopValue: fc.Arbitrary<JsonValue> = fc.record(
  {
    redirect: fc.record({ clipboard: way, drives: way, printers: way, ports: way, devices: way }, { requiredKeys: [] }),
    consent: fc.constantFrom('This machine is watched.', 'Working hours only.'),
    concurrent: fc.integer({ min: 1, max: 1000 }),
    ...common,
  },
  { requiredKeys: [] },
)
