import { count } from './kinds/count.ts'
import { direction } from './kinds/direction.ts'
import { notices } from './kinds/notices.ts'
import { section } from './kinds/section.ts'
import { COMMON_FIELDS } from './ssh-terms.ts'
import { type TermsOf, term } from './term-kind.ts'

export const DESKTOP_CAPABILITY = 'sallyport.dev/cap/desktop'

/** Sessions at once: more than one person can look at. */
const CONCURRENT_MAX = 1000

const way = direction('in', 'out')

/** What a grant may demand of those who use the Desktop door: parsed, documented and combined from this table. */
export const DESKTOP_FIELDS = {
  redirect: term(
    section({
      clipboard: term(way, 'The clipboard.'),
      drives: term(way, 'Drives and folders.'),
      printers: term(way, 'Printers.'),
      ports: term(way, 'Serial and parallel ports.'),
      devices: term(way, 'Plug-and-play devices.'),
    }),
    'What of the person’s machine is there in the session: into it (`in`), out of it (`out`). RD Gateway clients can only be told on or off: what is open one way alone is off for them.',
  ),
  consent: term(notices, 'What the person has to agree to first.'),
  concurrent: term(count(CONCURRENT_MAX), 'Sessions that one person may have open at once.'),
  ...COMMON_FIELDS,
}

export const desktopTerms = section(DESKTOP_FIELDS)
export type DesktopTerms = TermsOf<typeof DESKTOP_FIELDS>
