import type { ApiError } from '@sallyport/api'
import { Button } from './button.tsx'
import { ErrorWords } from './error-words.tsx'
import { Void } from './void.tsx'

interface ErrorStateProps {
  /** "Recordings could not be read" */
  readonly title: string
  readonly error: ApiError
  readonly onRetry?: () => void
}

/** What failed, why, and how to go on. */
export function ErrorState({ title, error, onRetry }: ErrorStateProps) {
  return (
    <Void
      mark="error"
      stop
      alert
      title={title}
      acts={
        <>
          {onRetry !== undefined && <Button onPress={onRetry}>Try again</Button>}
          <span className="mono text-ink-3" title="Number of this error in the documentation">
            {error.code}
          </span>
        </>
      }
    >
      <ErrorWords error={error} />
    </Void>
  )
}
