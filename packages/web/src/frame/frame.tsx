import { Outlet } from '@tanstack/react-router'
import { Suspense } from 'react'
import { LoadingState } from '../ui/loading-state.tsx'
import { Toasts } from '../ui/toasts.tsx'
import { OverlayHost } from './overlay-host.tsx'
import { ProofDialog } from './proof-dialog.tsx'
import { Rail } from './rail.tsx'
import { TopBar } from './top-bar.tsx'
import { WaitingBanner } from './waiting-banner.tsx'
import { Warnings } from './warnings.tsx'

/** Around every page of somebody who is signed in. */
export function Frame() {
  return (
    <div className="max-wide:flex max-wide:min-h-dvh max-wide:flex-col wide:grid wide:h-dvh wide:grid-cols-[var(--rail)_minmax(0,1fr)] wide:overflow-hidden">
      <a
        href="#main"
        className="fixed top-2 left-2 z-40 -translate-y-20 rounded-control bg-float px-3 py-2 shadow-menu focus:translate-y-0"
      >
        Skip to the page
      </a>
      <Rail />
      <TopBar />
      <div className="flex min-h-0 min-w-0 flex-col bg-surface max-wide:flex-1">
        <Warnings />
        <WaitingBanner />
        <Suspense
          fallback={
            <main id="main" className="flex-1 px-gutter py-8">
              <LoadingState />
            </main>
          }
        >
          <Outlet />
        </Suspense>
      </div>
      <OverlayHost />
      <ProofDialog />
      <Toasts />
    </div>
  )
}
