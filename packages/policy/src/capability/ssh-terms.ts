import { addressRange } from './kinds/address-range.ts'
import { allOf } from './kinds/all-of.ts'
import { choice } from './kinds/choice.ts'
import { demand } from './kinds/demand.ts'
import { direction } from './kinds/direction.ts'
import { duration } from './kinds/duration.ts'
import { factors } from './kinds/factors.ts'
import { forcedCommand } from './kinds/forced-command.ts'
import { forwardPlace } from './kinds/forward-place.ts'
import { weeklyHours } from './kinds/hours.ts'
import { pathTree } from './kinds/path-tree.ts'
import { section } from './kinds/section.ts'
import { type TermsOf, term } from './term-kind.ts'

export const SSH_CAPABILITY = 'sallyport.dev/cap/ssh'

/** Demands on who comes that every door can make. */
export const COMMON_FIELDS = {
  idleTimeout: term(duration, 'Ends after so long without a byte either way.'),
  sessionLimit: term(duration, 'Ends after so long, used or not.'),
  hours: term(
    allOf(weeklyHours, { mayBeEmpty: false }),
    'When it may be open, by the clock of that zone. Without `days` every day, without times the whole day; hours that end before they begin go on into the next day. Ends with the hours.',
  ),
  factors: term(
    factors,
    'What the person has to have proved, and how long ago at most when it is opened. A `sk-key-pin` is also a `sk-key`, and both are also a `key`.',
  ),
  sources: term(allOf(addressRange, { mayBeEmpty: false }), 'Where the person has to come from.'),
}

/** What a grant may demand of those who use the SSH door: parsed, documented and combined from this table. */
export const SSH_FIELDS = {
  mode: term(
    choice('blind', 'inspected'),
    '`blind`: the inner SSH stays end to end. `inspected`: the gateway has to see what goes through.',
  ),
  recording: term(
    choice('off', 'best-effort', 'required'),
    '`best-effort`: recorded where the gateway can. `required`: not opened where it cannot.',
  ),
  forwarding: term(
    section({
      local: term(allOf(forwardPlace, { mayBeEmpty: true }), 'Where `-L`, `-D` and `-W` on the target may lead.'),
      remote: term(allOf(forwardPlace, { mayBeEmpty: true }), 'Where `-R` on the target may listen.'),
    }),
    'Forwarding inside the session on the target.',
  ),
  sftp: term(
    section({
      direction: term(direction('up', 'down'), 'Files to the target (`up`), from it (`down`).'),
      paths: term(allOf(pathTree, { mayBeEmpty: true }), 'Files on the target that may be read, written and listed.'),
    }),
    'Files over sftp and scp.',
  ),
  ...COMMON_FIELDS,
  forceCommand: term(
    forcedCommand,
    'What the person may run there, and nothing else: opened only with a [certificate](#terms-in-certificates) that forces it.',
  ),
  postQuantum: term(demand, 'The key exchange with the gateway has to withstand a quantum computer.'),
}

export const sshTerms = section(SSH_FIELDS)
export type SshTerms = TermsOf<typeof SSH_FIELDS>
