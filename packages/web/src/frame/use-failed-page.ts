import { ApiError } from '@sallyport/api'
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'

/** Why a page could not be shown, and how to try again. */
export function useFailedPage({ error, reset }: ErrorComponentProps): {
  readonly shown: ApiError
  readonly retry: () => void
} {
  const router = useRouter()
  if (error instanceof ApiError) {
    const retry = () => {
      reset()
      void router.invalidate()
    }
    return { shown: error, retry }
  }
  const shown = new ApiError('daemon.protocol', 'the console failed on this page', {
    why: error instanceof Error ? error.message : String(error),
    fix: 'load the page again; the gateway may have a newer console',
  })
  // A part of the console that did not arrive is remembered as missing: only a new document asks for it again.
  return { shown, retry: () => location.reload() }
}
