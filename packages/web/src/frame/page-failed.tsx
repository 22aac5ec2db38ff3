import type { ErrorComponentProps } from '@tanstack/react-router'
import { ErrorState } from '../ui/error-state.tsx'
import { DoorPage } from './door-page.tsx'
import { useFailedPage } from './use-failed-page.ts'

/** A page that could not be shown at all. */
export function PageFailed(failed: ErrorComponentProps) {
  const { shown, retry } = useFailedPage(failed)
  return (
    <DoorPage title="This page could not be shown">
      <h1 className="sr-only">This page could not be shown</h1>
      <ErrorState title="This page could not be shown" error={shown} onRetry={retry} />
    </DoorPage>
  )
}
