import { Link } from '@tanstack/react-router'
import { useCall } from '../api/use-call.ts'
import { useSignedIn } from '../api/use-signed-in.ts'
import { paths } from '../paths.ts'
import { Brand } from '../ui/brand.tsx'
import { KeyCap } from '../ui/key-cap.tsx'
import { Mark } from '../ui/mark.tsx'
import { PersonName } from '../ui/person-name.tsx'
import { AccountMenu } from './account-menu.tsx'
import { openPalette } from './overlay.ts'
import { PLACES, placesOf } from './places.ts'
import { SignedInUntil } from './signed-in-until.tsx'
import { useWaitingLogins } from './use-waiting-logins.ts'

/** Left of every page: where to go, and who is signed in. */
export function Rail() {
  const me = useSignedIn()
  return (
    <aside
      aria-label="Sallyport"
      className="hidden min-h-0 flex-col overflow-y-auto border-r border-rule bg-ground wide:flex"
    >
      <RailHome />
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={openPalette}
        className="mx-3 mb-1 flex h-[30px] items-center gap-2 rounded-control border border-rule-2 bg-surface px-2 text-left text-ink-3 hover:border-edge"
      >
        <Mark name="search" size="sm" />
        Go to or run
        <span className="ml-auto">
          <KeyCap>⌘K</KeyCap>
        </span>
      </button>
      <Places />
      <div className="mt-auto grid grid-cols-[minmax(0,1fr)_auto] items-center border-t border-rule px-4 pt-3 pb-3.5">
        <span className="min-w-0">
          <b className="cut block font-label">
            <PersonName name={me.display_name} login={me.user} />
          </b>
          <small className="block text-xs text-ink-3">
            <SignedInUntil />
          </small>
        </span>
        <AccountMenu />
      </div>
    </aside>
  )
}

function RailHome() {
  const { data } = useCall('auth.state')
  return (
    <Link to="/" className="flex items-center gap-2.5 px-4 pt-[18px] pb-3 text-ink no-underline">
      <Brand />
      <span className="min-w-0">
        <b className="block text-md leading-[1.125rem] tracking-word">Sallyport</b>
        <span className="cut block font-mono text-[0.6875rem] leading-4 text-ink-3">{data?.gateway}</span>
      </span>
    </Link>
  )
}

const PLACE =
  'relative flex h-7 items-center gap-2 rounded-control pr-2 pl-5 text-ink-2 no-underline hover:bg-hover hover:text-ink pointer-coarse:h-11 ' +
  'aria-[current=page]:font-head aria-[current=page]:text-ink aria-[current=page]:before:absolute aria-[current=page]:before:bottom-2 ' +
  'aria-[current=page]:before:left-[7px] aria-[current=page]:before:h-3 aria-[current=page]:before:w-[7px] aria-[current=page]:before:rounded-t-[4px] ' +
  'aria-[current=page]:before:bg-accent forced-colors:aria-[current=page]:before:bg-[Highlight] forced-colors:aria-[current=page]:before:forced-color-adjust-none'

/** Whether another place lies below this one, which is current in its stead then. */
function hasBelow(path: string): boolean {
  return PLACES.some(({ places }) => places.some((place) => place.path.startsWith(`${path}/`)))
}

/** How many logins wait: only where any does. */
function WaitingCount() {
  const { length } = useWaitingLogins()
  if (length === 0) return null
  return (
    <span className="ml-auto rounded-chip bg-accent-tint px-1.5 text-xs font-head text-accent">
      {length}
      <span className="sr-only"> waiting</span>
    </span>
  )
}

/** The pages this person may open, by group. */
export function Places() {
  const { role } = useSignedIn()
  return (
    <nav aria-label="Pages" className="px-2">
      {placesOf(role).map(({ name, places }) => (
        <div key={name}>
          <h2 className="pt-3.5 pb-[3px] pl-5 text-xs font-text text-ink-3">{name}</h2>
          <ul>
            {places.map(({ name: place, path }) => (
              <li key={path}>
                <Link
                  to={path}
                  className={PLACE}
                  activeOptions={{ exact: path === paths.home || hasBelow(path), includeSearch: false }}
                >
                  {place}
                  {path === paths.logins && <WaitingCount />}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  )
}
