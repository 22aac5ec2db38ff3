import type { ErrorComponentProps } from '@tanstack/react-router'
import { ErrorState } from '../ui/error-state.tsx'
import { Page } from './page.tsx'
import { useFailedPage } from './use-failed-page.ts'

/** A page inside the frame that could not be shown at all; the ways to the others are still there. */
export function RoomFailed(failed: ErrorComponentProps) {
  const { shown, retry } = useFailedPage(failed)
  return (
    <Page title="This page could not be shown">
      <div className="px-gutter py-6">
        <ErrorState title="Something went wrong in it" error={shown} onRetry={retry} />
      </div>
    </Page>
  )
}
