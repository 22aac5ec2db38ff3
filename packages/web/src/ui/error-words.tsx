import type { ApiError } from '@sallyport/api'
import { nextStep } from '../words/next-step.ts'
import { sentence } from '../words/sentence.ts'
import { CodeBlock } from './code-block.tsx'

/** What failed, why, and what to do about it: in the console's own words, or with the command to copy. */
export function ErrorWords({ error }: { readonly error: ApiError }) {
  const { message, why, reason, requestId } = error
  const step = nextStep(error)
  return (
    <>
      <p>{sentence(message)}</p>
      {why !== undefined && <p className="text-ink-2">{sentence(why)}</p>}
      {step !== undefined && <p className="text-ink-2">{sentence(step.text)}</p>}
      {step?.command !== undefined && (
        <div className="mt-1.5">
          <CodeBlock text={step.command} copyLabel="Copy the command" />
        </div>
      )}
      {reason === 'daemon.internal' && requestId !== undefined && (
        <p className="text-ink-2">
          Number of this request: <span className="mono wrap-anywhere">{requestId}</span>
        </p>
      )}
    </>
  )
}
