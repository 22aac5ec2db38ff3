import type { ApiError } from '@sallyport/api'
import { sentence } from '../words/sentence.ts'
import { Banner } from './banner.tsx'

/** What went wrong with an act, where it was asked for. */
export function Failure({ error }: { readonly error: ApiError }) {
  return (
    <Banner tone="stop" alert>
      <p>{sentence(error.message)}</p>
      {error.why !== undefined && <p className="text-ink-2">{sentence(error.why)}</p>}
      {error.fix !== undefined && <p className="text-ink-2">{sentence(error.fix)}</p>}
    </Banner>
  )
}
