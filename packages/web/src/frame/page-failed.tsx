import { ApiError } from '@sallyport/api'
import type { ErrorComponentProps } from '@tanstack/react-router'
import { ErrorState } from '../ui/error-state.tsx'
import { DoorPage } from './door-page.tsx'

/** A page that could not be shown at all. */
export function PageFailed({ error, reset }: ErrorComponentProps) {
  const shown =
    error instanceof ApiError
      ? error
      : new ApiError('daemon.protocol', 'the console failed on this page', {
          why: error instanceof Error ? error.message : String(error),
          fix: 'load the page again; the gateway may have a newer console',
        })
  return (
    <DoorPage title="This page could not be shown">
      <h1 className="sr-only">This page could not be shown</h1>
      <ErrorState title="This page could not be shown" error={shown} onRetry={reset} />
    </DoorPage>
  )
}
