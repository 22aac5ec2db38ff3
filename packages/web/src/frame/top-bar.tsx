import { Link, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useCall } from '../api/use-call.ts'
import { useSignedIn } from '../api/use-signed-in.ts'
import { paths } from '../paths.ts'
import { Brand } from '../ui/brand.tsx'
import { Button } from '../ui/button.tsx'
import { Mark } from '../ui/mark.tsx'
import { PersonName } from '../ui/person-name.tsx'
import { amountText } from '../words/amounts.ts'
import { AccountMenu } from './account-menu.tsx'
import { openPalette } from './overlay.ts'
import { Places } from './rail.tsx'
import { SignedInUntil } from './signed-in-until.tsx'
import { useWaitingLogins } from './use-waiting-logins.ts'

/** How many logins wait, and the way to them: only where any does. */
function WaitingLink() {
  const { length } = useWaitingLogins()
  if (length === 0) return null
  return (
    <Link
      to={paths.logins}
      aria-label={`${amountText(length, 'login')} of yours ${length === 1 ? 'waits' : 'wait'}`}
      className="inline-flex h-control items-center gap-1 rounded-control bg-accent-tint px-2 text-xs font-head text-accent no-underline"
    >
      <Mark name="key" size="sm" />
      {length}
    </Link>
  )
}

/** The rail of a narrow window. */
export function TopBar() {
  const { data } = useCall('auth.state')
  const me = useSignedIn()
  // Open on the page it was opened on: going to another one closes it.
  const [openOn, setOpenOn] = useState<string>()
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const open = openOn === path
  const bar = useRef<HTMLElement>(null)
  useEffect(() => {
    if (!open) return undefined
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || document.querySelector('[role=dialog], [role=menu]') !== null) return
      setOpenOn(undefined)
      bar.current?.querySelector<HTMLElement>('[aria-controls=pages]')?.focus()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [open])
  return (
    <header ref={bar} className="sticky top-0 z-4 border-b border-rule bg-ground wide:hidden">
      <div className="flex items-center gap-1 py-1.5 pr-2 pl-4">
        <Link
          to="/"
          aria-label={`${data?.gateway ?? 'Sallyport'}, home`}
          className="mr-auto flex min-w-0 items-center gap-2.5 text-ink no-underline"
        >
          <Brand />
          <span className="cut mono">{data?.gateway}</span>
        </Link>
        <WaitingLink />
        <Button kind="plain" square mark="search" label="Go to or run" onPress={openPalette} />
        <Button
          kind="plain"
          square
          mark={open ? 'cross' : 'menu'}
          label="Pages"
          aria={{ 'aria-expanded': open, 'aria-controls': 'pages' }}
          onPress={() => setOpenOn(open ? undefined : path)}
        />
      </div>
      {open && (
        <div id="pages" className="max-h-[calc(100dvh-4rem)] overflow-y-auto border-t border-rule pb-3">
          <Places />
          <div className="mt-3 grid grid-cols-[minmax(0,1fr)_auto] items-center border-t border-rule px-7 pt-3">
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
        </div>
      )}
    </header>
  )
}
