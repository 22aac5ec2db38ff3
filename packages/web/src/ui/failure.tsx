import type { ApiError } from '@sallyport/api'
import { Banner } from './banner.tsx'
import { ErrorWords } from './error-words.tsx'

/** What went wrong with an act, where it was asked for. */
export function Failure({ error }: { readonly error: ApiError }) {
  return (
    <Banner tone="stop" alert>
      <ErrorWords error={error} />
    </Banner>
  )
}
