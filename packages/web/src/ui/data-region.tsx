import type { ApiError } from '@sallyport/api'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { sentence } from '../words/sentence.ts'
import { ErrorState } from './error-state.tsx'
import { LoadingState } from './loading-state.tsx'
import { NoPermissionState } from './no-permission-state.tsx'

interface DataRegionProps<Data> {
  readonly query: UseQueryResult<Data, ApiError>
  /** "Users could not be read" */
  readonly failedTitle: string
  /** "Reading users" */
  readonly reading: string
  /** Whether there is nothing in the answer. */
  readonly isEmpty?: (data: Data) => boolean
  /** What belongs here. */
  readonly empty?: ReactNode
  readonly children: (data: Data) => ReactNode
}

/** The states of everything that is asked of the gateway: being read, refused, failed, empty, there. */
export function DataRegion<Data>({ query, failedTitle, reading, isEmpty, empty, children }: DataRegionProps<Data>) {
  const { data, error } = query
  // What was there before stays while it is asked again, also when that fails: the frame says that it may be old.
  if (data !== undefined) {
    return isEmpty?.(data) === true ? <Inset>{empty}</Inset> : children(data)
  }
  if (error === null) {
    return (
      <Inset>
        <LoadingState what={reading} />
      </Inset>
    )
  }
  if (error.reason === 'caller.not-allowed') {
    return (
      <Inset>
        <NoPermissionState title="You may not see this">
          {sentence(error.why ?? 'your role does not allow it')} An owner or admin can give it to you.
        </NoPermissionState>
      </Inset>
    )
  }
  return (
    <Inset>
      <ErrorState title={failedTitle} error={error} onRetry={() => void query.refetch()} />
    </Inset>
  )
}

function Inset({ children }: { readonly children: ReactNode }) {
  return <div className="px-gutter py-6">{children}</div>
}
